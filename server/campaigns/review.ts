import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { testProblems } from "#server/ab-tests/launch-checks";
import { changesOf } from "#server/ab-tests/variants";
import { approvalProblems } from "#server/approvals/checks";
import { loadApproval } from "#server/approvals/queries";
import { approvedStart } from "#server/approvals/start";
import { type CampaignDays, listDaysOf } from "#server/blackout-dates/queries";
import { workspaceSender } from "#server/mail/queries";
import { goalProblems } from "#server/goals/checks";
import {
  countPassedOver,
  forecastLaunch,
  type LaunchForecast,
  type PassedOver,
} from "#server/messages/forecasts";
import { loadSending } from "#server/messages/sending";
import { dayMs, dayName, parseLocal, startOfDay, toInstant, toLocal } from "#server/planner/zone";
import { audiencePredicate, comingIn, countAudience, doorOf, type AudienceCount } from "./audience.ts";
import { blockersIn } from "./blockers.ts";
import { launchProblems, type Problem } from "./checks.ts";
import { liquidProblem, unknownNames } from "./liquid-problem.ts";
import { findPoolSender } from "./pool-sender.ts";
import { getCampaign, type Campaign } from "./queries.ts";
import { type CampaignSettings, weekdays } from "./schema.ts";
import { numbered } from "./titles.ts";
import { lowOpensWarnings, untrackedWarnings } from "./tracking-warnings.ts";
import {
  domainProblems,
  emptyLinkWarnings,
  planProblems,
  segmentProblems,
  unreadWarnings,
} from "./warnings.ts";
import { warmthWarnings } from "./warmth.ts";

const samplesMax = 10;

/**
 * What a launch would do, and what stands in its way. Of a triggered campaign, `audience` is who may come in, and
 * `forecast` is for somebody who comes now.
 */
export type Review = {
  problems: Problem[];
  audience: AudienceCount;
  forecast: LaunchForecast | null;
  /** The next days on which it does not send as on others. */
  days: CampaignDays[];
  /** Of a pool, the first that can send. */
  mailbox: { email: string; status: string; sandbox: boolean; pool: string | null } | null;
  /** The only start that has been approved; null when any is. */
  approvedStart: Date | null;
  /** That one, or the next morning on which the campaign may send, as `scheduleInput` takes it. */
  suggestedStart: string;
};

/** Throws `not_found`. */
export async function reviewCampaign(tx: TenantTx, id: string): Promise<Review> {
  const campaign = await getCampaign(tx, id);
  const triggered = campaign.type === "triggered";
  const audience = await countAudience(tx, triggered ? doorOf(campaign.audience) : campaign.audience, id);
  const mailbox = await findMailbox(tx, campaign.settings);
  const { postalAddress, variables } = await workspaceSender(tx);
  const now = await appNow(tx);
  const { everyone, include } = campaign.audience;
  const problems = launchProblems({
    steps: campaign.steps,
    audience: { ...audience, chosen: everyone || include.length > 0 },
    triggers: triggered ? campaign.triggers : null,
    settings: campaign.settings,
    mailbox,
    postalAddress,
    liquidProblem,
  });
  const { forecast, passedOver } = await forecastFirstEmail(tx, campaign, {
    count: triggered ? 1 : audience.count,
    snoozedUntil: triggered ? null : audience.snoozedUntil,
  });
  const approval = await loadApproval(
    tx,
    { campaign, people: () => Promise.resolve(comingIn(audience)) },
    null,
  );
  const start = approvedStart(approval);
  const found = [
    ...problems,
    ...goalProblems(campaign.goals),
    ...approvalProblems(approval),
    ...planProblems(campaign, { now, forecast }),
    ...passedOverWarnings(passedOver, triggered ? 1 : audience.count),
    ...(await warmthWarnings(tx, campaign, forecast)),
    ...(await segmentProblems(tx, campaign)),
    ...(await domainProblems(tx, campaign, { sandbox: mailbox?.sandbox ?? false })),
    ...testProblems(campaign, comingIn(audience)),
    ...(await unreadWarnings(tx, campaign)),
    ...emptyLinkWarnings(campaign),
    ...untrackedWarnings(campaign),
    ...(await lowOpensWarnings(tx, campaign)),
    ...unknownNameWarnings(campaign, variables ?? {}),
    ...passedDateWarnings(campaign, now),
  ];
  return {
    problems: [...blockersIn(found), ...found.filter(({ severity }) => severity === "warning")],
    audience,
    forecast,
    days: await listDaysOf(tx, id),
    mailbox,
    approvedStart: start,
    suggestedStart:
      start && start > now
        ? localText(campaign.settings.timezone, start)
        : nextMorning(campaign.settings, now),
  };
}

const localText = (zone: string, at: Date) =>
  new Date(toLocal(zone, at.getTime())).toISOString().slice(0, 16);

/** The beginning of the send window on the next day, after today, that is open for sending. */
function nextMorning({ timezone, sendDays, sendWindowStart }: CampaignSettings, now: Date): string {
  const today = startOfDay(toLocal(timezone, now.getTime()));
  const days = Array.from({ length: 7 }, (_, n) => today + (n + 1) * dayMs);
  const isOpen = (day: number) =>
    sendDays.some((name) => weekdays.indexOf(name) === (new Date(day).getUTCDay() + 6) % 7);
  return `${dayName(days.find(isOpen) ?? today + dayMs)}T${sendWindowStart}`;
}

async function findMailbox(
  tx: TenantTx,
  { emailAccountId, rotationPoolId }: CampaignSettings,
): Promise<Review["mailbox"]> {
  const pool = rotationPoolId && (await findPoolSender(tx, rotationPoolId));
  if (pool) return { email: pool.email ?? "", status: pool.status, sandbox: pool.sandbox, pool: pool.name };
  if (emailAccountId === null) return null;
  const [row] = await tx.execute<{ email: string; status: string; sandbox: boolean }>(sql`
    select email, status, provider = 'sandbox' as sandbox from email_accounts where id = ${emailAccountId}::uuid`);
  return row ? { ...row, pool: null } : null;
}

function unknownNameWarnings({ steps }: Campaign, variables: Readonly<Record<string, string>>): Problem[] {
  return steps.flatMap((step, index) => {
    const { test } = step;
    const variants = test?.variants.map((_, place) => changesOf(test, place)) ?? [];
    const sources = [step, ...variants]
      .flatMap((said) => [said.subjectLine, said.previewText, said.emailContent, said.emailText])
      .filter((source) => typeof source === "string");
    const hints = new Set(sources.flatMap((source) => unknownNames(source, variables)));
    return [...hints].map((hint) => ({
      code: "unknown_variable",
      severity: "warning" as const,
      where: "steps" as const,
      message: `${numbered(step, index)}: ${hint}`,
      stepId: step.id,
    }));
  });
}

/** First emails whose turn comes on days on which the workspace lets them be passed over. */
function passedOverWarnings(found: PassedOver | null, everybody: number): Problem[] {
  if (!found) return [];
  const { people, silent } = found;
  const all = people >= everybody;
  const who = people === 1 ? "1 person does" : `${people.toLocaleString("en")} people do`;
  const rest =
    silent === 0
      ? "They go on with the steps after it"
      : silent < people
        ? `${silent.toLocaleString("en")} of them get nothing at all from this campaign`
        : all
          ? "The campaign would send nothing at all"
          : "They get nothing at all from this campaign";
  return [
    {
      code: "passed_over",
      severity: "warning",
      where: "settings",
      message: `${all ? "Nobody gets" : `${who} not get`} the first email: its turn comes on days on which emails are passed over. ${rest}. Launch it on another day, or change these days under Settings, Sending.`,
      stepId: null,
    },
  ];
}

/** Waits until a date that is over when the campaign starts: nobody would wait there. */
function passedDateWarnings({ steps, settings, startsAt }: Campaign, now: Date): Problem[] {
  const from = Math.max(now.getTime(), startsAt?.getTime() ?? 0);
  const isPassed = ({ wait }: Campaign["steps"][number]) =>
    wait !== null
    && "until" in wait
    && wait.until === "date"
    && toInstant(settings.timezone, parseLocal(wait.at)) <= from;
  return steps.flatMap((step, index): Problem[] =>
    isPassed(step)
      ? [
          {
            code: "date_passed",
            severity: "warning",
            where: "steps",
            message: `${numbered(step, index)} holds nobody: its date is over by then. Choose a later one, or delete the step.`,
            stepId: step.id,
          },
        ]
      : [],
  );
}

/** When the first email of everybody would leave, launched now or at the time it is scheduled for. */
async function forecastFirstEmail(
  tx: TenantTx,
  campaign: Campaign,
  people: Pick<AudienceCount, "count" | "snoozedUntil">,
): Promise<{ forecast: Review["forecast"]; passedOver: PassedOver | null }> {
  const sending = await loadSending(tx, campaign.id);
  if (!sending) return { forecast: null, passedOver: null };
  const who = campaign.type === "triggered" ? doorOf(campaign.audience) : campaign.audience;
  const ask = {
    from: Math.max(sending.now, campaign.startsAt?.getTime() ?? 0),
    ...people,
    who: await audiencePredicate(tx, who, campaign.id),
    chosen: campaign.startsAt !== null,
    together: campaign.type !== "triggered",
    samples: campaign.type === "triggered" ? 0 : samplesMax,
  };
  const passedOver = await countPassedOver(tx, sending, ask);
  return { forecast: await forecastLaunch(tx, sending, ask), passedOver };
}
