import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { live } from "#server/ab-tests/queries";
import { findLateness, type Lateness } from "#server/drivers/lateness";
import type { WaitReason } from "#server/enrollments/reasons";
import { forecastDue, type WrittenForecast } from "#server/messages/forecasts";
import type { Sending } from "#server/messages/sending";
import { nextTry, nextTryJoins } from "./next-try.ts";
import { reasonInWords, turnText, type ReasonCount } from "./reasons.ts";
import type { CampaignCode } from "./standstills.ts";
import { blockAnswer, unfitText } from "./why-blocked.ts";

/**
 * The one answer to “why is nothing being sent?”: `code` for machines, `title` and `text` for people, and when the next
 * thing happens by itself. `at` is null when nothing does before somebody acts.
 */
export type Answer<Code extends string = CampaignCode> = {
  code: Code;
  kind: "info" | "success" | "warning";
  title: string;
  text: string | null;
  at: Date | null;
};

/** What the answer starts from. Moments that have passed are the caller's to compare: see `now`. */
export type CampaignState = {
  status: string;
  pauseReason: string | null;
  startsAt: Date | null;
  endsAt: Date | null;
  frozen: boolean;
  zone: string;
  goesOn: boolean;
};

type Known = {
  campaignId: string;
  state: CampaignState;
  sending: Sending | null;
  /** How many people stand where, for which reason. */
  reasons: readonly ReasonCount[];
};

/** Why nothing of a campaign is being sent, or when the next email leaves; with the forecast where one was made. */
export async function answerForCampaign(
  tx: TenantTx,
  { campaignId, state, sending, reasons }: Known,
): Promise<{ answer: Answer; forecast: WrittenForecast | null }> {
  const forecast = sending && state.status !== "draft" ? await forecastDue(tx, sending) : null;
  const still = standstillOf(state, await appNow(tx));
  if (still) return { answer: still, forecast };
  const blocked = await blockAnswer(tx, campaignId, sending);
  if (blocked) return { answer: blocked, forecast };
  const late = await findLateness(tx, campaignId);
  if (late) return { answer: lateAnswer(late), forecast };
  if (!state.frozen) return { answer: enrolling(reasons), forecast };
  if (forecast) {
    const continued = sending && poolContinues(sending);
    const answer = emailAnswer(forecast, state.zone, continued ? "" : unfitText(sending));
    return { answer: continued ? continuedAnswer(answer, sending) : answer, forecast };
  }
  const next = await firstDue(tx, campaignId);
  return { answer: waitingAnswer(reasons, next, { goesOn: state.goesOn, now: await appNow(tx) }), forecast };
}

/** When the sweeper comes next. */
const minuteAfter = (now: Date) => new Date((Math.floor(now.getTime() / 60_000) + 1) * 60_000);

/** Of a campaign that does not run. */
function standstillOf(state: CampaignState, now: Date): Answer | null {
  const { status, startsAt, endsAt, pauseReason, goesOn } = state;
  if (status === "draft")
    return {
      code: "draft",
      kind: "info",
      title: "A draft: nothing is sent before it is launched.",
      text: null,
      at: null,
    };
  if (status === "scheduled")
    return {
      code: "scheduled",
      kind: "info",
      title: "Scheduled: nothing is sent before its start.",
      text: null,
      at: startsAt,
    };
  if (status === "completed") {
    const title = goesOn
      ? "Completed: it takes nobody in any more."
      : "Completed: everybody has come to an end of the campaign.";
    return { code: "completed", kind: "success", title, text: null, at: null };
  }
  if (status === "paused")
    return {
      code: "paused",
      kind: "warning",
      title: "Paused: nothing is sent.",
      text: pauseReason,
      at: null,
    };
  if (endsAt && endsAt <= now)
    return {
      code: "ending",
      kind: "info",
      title: "Its last day is over: nothing more is sent, and it completes within a minute.",
      text: null,
      at: minuteAfter(now),
    };
  return null;
}

function lateAnswer({ at, workerAlive }: Lateness): Answer {
  const title = "Running, but nobody is working on it";
  return workerAlive
    ? {
        code: "late",
        kind: "warning",
        title,
        text: "Other work of this installation comes first at the moment, or the part that hands it out is not running: when this lasts, ask whoever operates it. Nothing is lost meanwhile.",
        at,
      }
    : {
        code: "no_worker",
        kind: "warning",
        title,
        text: "The part of this installation that sends is not running. Ask whoever operates it to start it (the worker): nothing is lost meanwhile.",
        at,
      };
}

function emailAnswer(forecast: WrittenForecast, zone: string, unfit: string): Answer {
  const emails = forecast.count === 1 ? "1 email" : `${forecast.count.toLocaleString("en")} emails`;
  const pace = forecast.perDay === null ? "" : `, up to ${forecast.perDay.toLocaleString("en")} a day`;
  const days = forecast.days > 1 ? `, needs ${forecast.days} days` : "";
  const last = forecast.finishesAtText ? `, the last one ${forecast.finishesAtText}` : "";
  return {
    code: forecast.hold ?? "next_email",
    kind: "info",
    title: `Next email: ${forecast.firstAtText}${forecast.mailbox ? ` from ${forecast.mailbox}` : ""}`,
    text: `${forecast.holdText ? `${forecast.holdText} ` : ""}${emails} due${pace}${days}${last} (${zone}).${unfit && ` Nobody new hears from ${unfit}.`}`,
    at: forecast.firstAt,
  };
}

/** None of the mailboxes that can send stands well, and new people hear from them all the same. */
function poolContinues({ continues, accounts }: Sending): boolean {
  const active = accounts.filter(({ status }) => status === "active");
  return continues && active.length > 0 && active.every(({ unfit }) => unfit !== null);
}

const continuedAnswer = (answer: Answer, sending: Sending): Answer => ({
  ...answer,
  code: "pool_continues",
  kind: "warning",
  text: `${answer.text} None of the mailboxes of its pool stands well, and new people hear from them all the same: ${unfitText(sending)}.`,
});

type Due = { reason: WaitReason | null; at: Date | null };

/**
 * Who of all on the way is dealt with first: one look into an index for each step, and another one where a test is or was just
 * now, since whoever waits for its winner has no time of their own.
 */
async function firstDue(tx: TenantTx, campaignId: string): Promise<Due | undefined> {
  const [row] = await tx.execute<Due>(sql`
    select e.wait_reason as reason, ${nextTry} as at
    from campaign_steps s cross join lateral (
      (select * from campaign_contacts e
      where e.current_step_id = s.id and e.status in ('enrolled', 'active') and e.next_email_scheduled_at is not null
      order by e.next_email_scheduled_at limit 1)
      union all
      select e.* from (
        -- Of one decided long ago nobody waits, and everybody at its step would be looked at for that.
        select from ab_tests t where t.campaign_id = s.campaign_id and t.step_id = s.id
          and (t.${live} or t.decided_at > app_now() - interval '1 hour') limit 1
      ) t
      cross join lateral (
        select * from campaign_contacts e
        where e.campaign_id = s.campaign_id and e.current_step_id = s.id and e.status in ('enrolled', 'active')
          and e.wait_reason = 'waiting_for_winner' and e.next_email_scheduled_at is null limit 1
      ) e
    ) e ${nextTryJoins}
    where s.campaign_id = ${campaignId}::uuid order by at nulls last limit 1`);
  return row;
}

const persons = (count: number) => (count === 1 ? "1 person" : `${count.toLocaleString("en")} people`);
const total = (people: readonly ReasonCount[]) => people.reduce((sum, { count }) => sum + count, 0);

const enrolling = (people: readonly ReasonCount[]): Answer => ({
  code: "enrolling",
  kind: "info",
  title: "Enrolling the audience…",
  text: `${total(people).toLocaleString("en")} people so far.`,
  at: null,
});

/** No email is due: what the next ones wait for, and until when. */
function waitingAnswer(
  reasons: readonly ReasonCount[],
  due: Due | undefined,
  { goesOn, now }: { goesOn: boolean; now: Date },
): Answer {
  const live = reasons.filter(({ status }) => status === "enrolled" || status === "active");
  const paused = reasons.filter(({ status }) => status === "paused");
  if (live.length === 0 && paused.length > 0)
    return {
      code: "people_paused",
      kind: "warning",
      title: "Running, but everybody who is on the way was paused by hand.",
      text: `${persons(total(paused))}. Let them go on under People.`,
      at: null,
    };
  // The most frequent reason comes first: it stands for those whom nothing but a person moves on.
  const next = due ?? (live[0] && { reason: live[0].reason as WaitReason | null, at: null });
  if (!next)
    return goesOn
      ? {
          code: "nobody",
          kind: "info",
          title: "Running, and open to whoever comes. No email is due at this moment.",
          text: "Nobody is on the way.",
          at: null,
        }
      : {
          code: "drained",
          kind: "info",
          title: "Running. Nobody is on the way any more: it completes within a minute.",
          text: null,
          at: minuteAfter(now),
        };
  const title = goesOn
    ? "Running, and open to whoever comes. No email is due at this moment."
    : "Running. No email is due at this moment.";
  return {
    code: next.reason ?? "turn",
    kind: due ? "info" : "warning",
    title,
    text: `${persons(total(live.filter(({ reason }) => reason === next.reason)))}: ${reasonInWords(next.reason) ?? turnText}`,
    at: next.at,
  };
}
