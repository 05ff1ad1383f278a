import { sql } from "drizzle-orm";
import { withTenant } from "#db/tenancy";
import { unsubscribeContacts } from "#server/contacts/lifecycle";
import { commitThenSend } from "#server/drivers/events";
import { arrive, readAll } from "#server/replies/testing";
import { postfixReport, replyMail } from "#server/replies/testing-mails";
import { addSuppressions } from "#server/suppressions/mutations";
import { updateContactCaps } from "#server/sending-limits/mutations";
import { ensureTags } from "#server/tags/mutations";
import { nameUndisturbedTag } from "#server/tags/undisturbed";
import { recordHits } from "#server/tracking/hits";
import { pauseCampaign, resumeCampaign } from "./launch.ts";
import { type Ledger, ledger, newCampaign, type Started } from "./testing.ts";
import type { Act, Bounce, Person } from "./testing-simulation.ts";
import { rest, undisturbedTag } from "./testing-simulated-rest.ts";
import { editSteps } from "./testing-simulated-edits.ts";
import { type At, twentySteps } from "./testing-twenty-steps.ts";

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
    stride,
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
  hoursApart: number | null;
  /** The ids of days without sending, by the first of them. */
  closed: Map<string, string>;
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
  const hoursApart = zones.length > 0 ? 30 : null;
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
    const { workspaceId, userId } = campaign;
    const { ids } = await ensureTags(tx, [undisturbedTag]);
    await nameUndisturbedTag(tx, { tagId: ids.get(undisturbedTag) ?? null, workspaceId, userId });
    await updateContactCaps(tx, userId, { perDay: null, hoursApart, delaysMax: null });
  });
  const simulated = { calendar, campaign, at, steps, zone, people, dailyLimit, hoursApart };
  return { ...simulated, acts: [], known: new Set(), closed: new Map() };
}

/** Whoever is `n` in their list does the same in every campaign. */
export const numberOf = (email: string) => Number(/-(\d+)\./.exec(email)?.[1]);

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
  await editSteps(simulated, tick);
  await rest(simulated, tick);
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

/** The campaign is paused, and goes on. */
async function steer({ calendar, campaign, acts }: Simulated, tick: number): Promise<void> {
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
}
