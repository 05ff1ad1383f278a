import { sql } from "drizzle-orm";
import { type TenantTx, withTenant } from "#db/tenancy";
import type { StepContent } from "#server/campaigns/schema";
import { addStep, deleteSteps, type Edited, saveStep } from "#server/campaigns/step-mutations";
import { unsubscribeContacts } from "#server/contacts/lifecycle";
import { commitThenSend } from "#server/drivers/events";
import { arrive, readAll } from "#server/replies/testing";
import { postfixReport, replyMail } from "#server/replies/testing-mails";
import { addSuppressions } from "#server/suppressions/mutations";
import { recordHits } from "#server/tracking/hits";
import { pauseCampaign, resumeCampaign } from "./launch.ts";
import { type Ledger, ledger, newCampaign, type Started } from "./testing.ts";
import type { Act, Bounce, Person } from "./testing-simulation.ts";
import {
  type At,
  deletedWait,
  extendedAction,
  rewordedEmail,
  shortenedWait,
  twentySteps,
} from "./testing-twenty-steps.ts";

/*
 * What people and users do while a simulated campaign runs, tick by tick, each act noted for whoever reckons it again.
 */

const dayMs = 86_400_000;
const start = Date.parse("2027-03-08T00:05:00Z");

const minuteMs = 60_000;
const days = 42;
/**
 * A little less than half a day: however long the work of a stride takes, and who takes over from the dead, no wait of
 * whole days is over within it.
 */
const halfDays = () => Array.from({ length: days * 2 }, (_, n) => start + n * (dayMs / 2 - 3 * minuteMs));
/**
 * Each hour, some minutes later on one day than on those around it: for the same reason, and far enough from the full
 * and half hours at which windows open and shut.
 */
const hours = () =>
  Array.from({ length: days * 24 }, (_, n) => {
    const later = [0, 4, 8, 12, 16, 26, 30, 34, 38, 42, 46];
    return start + n * 60 * minuteMs + (later[Math.floor(n / 24) % later.length] ?? 0) * minuteMs;
  });

/** Six weeks, and what happens when. */
export function calendarOf(stride: "half a day" | "an hour") {
  const ticks = stride === "an hour" ? hours() : halfDays();
  const daysOf = (tick: number) => ((ticks[tick] ?? Number.NaN) - start) / dayMs;
  return {
    start,
    ticks,
    tickOf: ({ claimed_at: at }: Ledger) => ticks.findLastIndex((tick) => tick <= (at?.getTime() ?? 0)),
    /** The first tick of so many days after the start. */
    isFirstOf: (tick: number, from: number) => daysOf(tick) >= from && !(daysOf(tick - 1) >= from),
    /** While the campaign is paused nobody would find out in time that an email is lost. */
    isDeadly: (tick: number) => tick % 5 === 1 && (daysOf(tick) < 5.5 || daysOf(tick) > 9.4),
  };
}
export type Calendar = ReturnType<typeof calendarOf>;

export type Simulated = ReturnType<typeof twentySteps> & {
  calendar: Calendar;
  campaign: Started;
  zone: string;
  people: Person[];
  acts: Act[];
  known: Set<string>;
  dailyLimit: number;
};

/** A campaign in a zone; or, told the zones of its people in turn, in each one's own. */
export async function begin(
  calendar: Calendar,
  { zone, zones = [], index, size }: { zone: string; zones?: readonly string[]; index: number; size: number },
): Promise<Simulated> {
  const people = Array.from({ length: size }, (_, n) => ({
    email: `${n === 3 ? "refuse" : "person"}-${n}.${index}@simulated.test`,
    city: n % 2 === 0 ? "Berlin" : "Paris",
    refuses: n === 3,
    // Some have none of their own.
    zone: zones[n % (zones.length + 1)] ?? null,
  }));
  const { at, steps } = twentySteps();
  // Not all of them get an email on one day. Whose day that is, is one clock's matter.
  const dailyLimit = Math.ceil(size * (zones.length > 0 ? 20 : 0.7));
  const campaign = await newCampaign({
    emails: people.map((person) => person.email),
    steps: steps.map(([, step]) => step),
    settings: {
      timezone: zone,
      timezone_mode: zones.length > 0 ? "recipient" : "campaign",
      send_window_start: "06:00",
      send_window_end: "20:00",
      send_days: sql`array['mon', 'tue', 'wed', 'thu', 'fri']`,
      daily_limit: dailyLimit,
      delay_between_emails_seconds: 0,
    },
  });
  await withTenant(campaign.scope, async (tx) => {
    await tx.execute(sql`
      update contacts c set city = p.city, timezone = p.zone
      from unnest(${sql.param(people.map((one) => one.email))}::text[], ${sql.param(people.map((one) => one.city))}::text[],
        ${sql.param(people.map((one) => one.zone))}::text[]) as p(email, city, zone) where c.email = p.email`);
    await tx.execute(
      sql`update email_accounts set daily_limit = null, hourly_limit = null, min_delay_seconds = 0`,
    );
  });
  return { calendar, campaign, at, steps, zone, people, acts: [], known: new Set(), dailyLimit };
}

/** Whoever is `n` in their list does the same in every campaign. */
const numberOf = (email: string) => Number(/-(\d+)\./.exec(email)?.[1]);

/**
 * Whose emails come back: `[nth person, step or null for any, class, status]`. So few that the campaign is not paused
 * for it, however many people there are.
 */
const returns: [number, number | null, Bounce, string][] = [
  [4, 9, "hard", "5.1.1"],
  [5, null, "soft", "4.2.2"],
  [6, 11, "block", "5.7.1"],
  // An email of which nobody knows what became is answered by nobody: one of the two is.
  [16, 11, "block", "5.7.1"],
];
const diagnostics: Record<Bounce, string> = {
  hard: "550 5.1.1 user unknown",
  soft: "452 4.2.2 mailbox full",
  block: "550 5.7.1 message refused",
};

/** The mail that answers one, or reports that it came back. */
function answerTo(at: At, { step_id, to_email: to, rfc_message_id: messageId }: Ledger) {
  const n = numberOf(to);
  if (step_id === at(9) && n % 10 === 1)
    return {
      kind: "reply" as const,
      raw: replyMail({ from: to }, { head: [`In-Reply-To: ${messageId}`] }),
    };
  const back = returns.find(([nth, step]) => n === nth && (step === null || step_id === at(step)));
  if (!back) return null;
  const [, , type, status] = back;
  const raw = postfixReport({ to, messageId }, { status, diagnostic: diagnostics[type] });
  return { kind: "return" as const, class: type, raw };
}

/** Everything that happens at the beginning of a tick. */
export async function live(simulated: Simulated, tick: number): Promise<void> {
  await answer(simulated, tick);
  if (simulated.calendar.isFirstOf(tick, 10.9)) await stop(simulated, tick);
  await steer(simulated, tick);
}

/** Lets people answer what they have got since the last tick. */
async function answer({ campaign, at, acts, known }: Simulated, tick: number): Promise<void> {
  const { scope } = campaign;
  const rows = (await ledger(campaign)).filter((row) => row.sent_at !== null && !known.has(row.id));
  const opened: string[] = [];
  const mails: Buffer[] = [];
  for (const row of rows) {
    known.add(row.id);
    const { to_email: email } = row;
    const n = numberOf(email);
    const opens = (row.step_id === at(1) && n % 3 === 0) || (row.step_id === at(15) && n % 4 === 1);
    if (opens && n !== 5) {
      opened.push(row.id);
      acts.push({ tick, kind: "open", email });
    }
    const answer = answerTo(at, row);
    if (!answer) continue;
    mails.push(answer.raw);
    acts.push(
      answer.kind === "reply"
        ? { tick, kind: "reply", email }
        : { tick, kind: "return", email, from: row.step_id, class: answer.class },
    );
  }
  if (mails.length > 0) {
    await arrive(campaign, ...mails);
    await readAll(campaign, `reader-${tick}`);
  }
  const human = {
    type: "opened",
    linkIndex: null,
    url: null,
    ip: "203.0.113.9",
    machineReason: null,
  } as const;
  if (opened.length > 0)
    await commitThenSend(scope, (tx) =>
      recordHits(
        tx,
        scope,
        opened.map((messageId) => ({ ...human, userAgent: "Mozilla/5.0", messageId })),
      ),
    );
}

/** A tenth unsubscribe, and as many addresses are closed. */
async function stop({ campaign, acts, people }: Simulated, tick: number): Promise<void> {
  const nth = (digit: number) => people.flatMap((_, n) => (n % 10 === digit ? [n] : []));
  const emailOf = (n: number) => people[n]?.email ?? "";
  const [unsubscribing, closed] = [nth(2), nth(8)];
  await withTenant(campaign.scope, async (tx) => {
    await unsubscribeContacts(
      tx,
      unsubscribing.map((n) => campaign.contactIds[n] ?? ""),
      { actorId: campaign.userId },
    );
    const emails = closed.map(emailOf).join("\n");
    await addSuppressions(tx, campaign.userId, { emails, reason: "manual", scope: "workspace" });
  });
  for (const n of unsubscribing) acts.push({ tick, kind: "unsubscribe", email: emailOf(n) });
  for (const n of closed) acts.push({ tick, kind: "suppress", email: emailOf(n) });
}

type Edit = { id: string; version: number };
/** An edit with the version that the campaign has now, as somebody at the page makes it. */
const edit = (
  { scope, campaignId }: Started,
  change: (tx: TenantTx, version: () => Promise<Edit>) => Promise<Edited>,
) =>
  commitThenSend(scope, (tx) =>
    change(tx, async () => {
      const [row] = await tx.execute<{ version: number }>(
        sql`select version from campaigns where id = ${campaignId}::uuid`,
      );
      return { id: campaignId, version: row?.version ?? -1 };
    }),
  );

/** The campaign is paused, goes on, and is edited while it runs: in each of the ways that there are. */
async function steer({ calendar, campaign, at, acts }: Simulated, tick: number): Promise<void> {
  const { isFirstOf } = calendar;
  const { scope, campaignId } = campaign;
  if (isFirstOf(tick, 7.4)) {
    await withTenant(scope, (tx) => pauseCampaign(tx, { campaignId }));
    acts.push({ tick, kind: "pause" });
  }
  if (isFirstOf(tick, 8.9)) {
    await commitThenSend(scope, (tx) => resumeCampaign(tx, { campaignId }));
    acts.push({ tick, kind: "resume" });
  }
  if (isFirstOf(tick, 15.9)) {
    const after = at(extendedAction);
    const subject = "Greetings to Berlin";
    let step = "";
    await edit(campaign, async (tx, version) => {
      const position = { kind: "edge", from: after, edge: "next" } as const;
      await addStep(tx, scope, { ...(await version()), type: "email", position });
      const [made] = await tx.execute<{ id: string }>(
        sql`select next_step_id as id from campaign_steps where id = ${after}::uuid`,
      );
      step = made?.id ?? "";
      return saveStep(tx, scope, {
        ...(await version()),
        stepId: step,
        content: emailOf(subject),
        retime: false,
      });
    });
    acts.push({ tick, kind: "insert", after, step, subject });
  }
  if (isFirstOf(tick, 20.3)) {
    const step = at(shortenedWait);
    const wait = { value: 3, unit: "days" } as const;
    await edit(campaign, async (tx, version) =>
      saveStep(tx, scope, {
        ...(await version()),
        stepId: step,
        content: { type: "wait", wait },
        retime: true,
      }),
    );
    acts.push({ tick, kind: "shorten", step, days: 3 });
  }
  if (isFirstOf(tick, 25.9)) {
    const step = at(rewordedEmail);
    const subject = "Six, in other words";
    await edit(campaign, async (tx, version) =>
      saveStep(tx, scope, { ...(await version()), stepId: step, content: emailOf(subject), retime: false }),
    );
    acts.push({ tick, kind: "reword", step, subject });
  }
  if (isFirstOf(tick, 28.9)) {
    const step = at(deletedWait);
    await edit(campaign, async (tx, version) =>
      deleteSteps(tx, scope, { ...(await version()), stepIds: [step] }),
    );
    acts.push({ tick, kind: "delete", step });
  }
}

const emailOf = (subjectLine: string): StepContent => ({
  type: "email",
  ...{ templateId: null, templateVersion: null, subjectLine, previewText: "", emailContent: "<p>Hello</p>" },
  ...{ sender: null, replyInThread: false, attachments: [], review: null, sendTime: null, test: null },
});
