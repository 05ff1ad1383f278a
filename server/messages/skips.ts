import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import type { WaitReason } from "#server/enrollments/reasons";
import type { StepContext } from "#server/enrollments/slice";
import { skippedTurn } from "#server/planner/skips";
import { dueSince } from "./due-since.ts";
import { holdPeople } from "./ledger.ts";
import { isLeftAlone } from "./mailable.ts";
import { type PassedOver, passOver } from "./pass-over.ts";
import { loadOwnTimes, personColumns, type PersonRow } from "./people.ts";
import { lookThroughHeld } from "./replan.ts";
import { loadSending, type Sending, skippedDays } from "./sending.ts";

/**
 * Why somebody waits for the turn of an email that comes on days on which none are sent; and what the log says of the step
 * that was passed over for it.
 */
export const skipDay = "skip_day" satisfies WaitReason;

/** Whether it may be passed over: what was handed over once, or is tried again on a person's word, is not called back. */
export const maySkip = (attempts: SQL): SQL =>
  sql`(${attempts} = 0 and (e.context ->> 'retriedVisit')::int is distinct from e.visit)`;

type Row = PersonRow & { enrollment_id: string; message: string | null };
/**
 * Readers' hours and the window put a turn off by so many days at most. Where a longer row of closed days lies before it, it
 * is looked at again when they are over.
 */
const turnDaysAhead = 20;

type Acted = { acted: number; events: DriverEvent[] };
const nothing: Acted = { acted: 0, events: [] };

/**
 * Sends those on, of the next ones due, whose email's turn has come on days on which none are sent, and holds those until
 * then whose turn comes on one. Which it is follows from when they came to the step, so that it is the same whenever, and
 * however often, it is asked. Before limits are locked.
 */
export async function skipOnDays(tx: TenantTx, context: StepContext): Promise<Acted> {
  const sending = await loadSkipping(tx, context.campaignId);
  if (!sending) return nothing;
  return act(tx, context, { sending, found: await findPassed(tx, sending, await dueOnes(tx, context)) });
}

/** So many are held or sent on in one transaction at most, by whoever asks more than the next ones. */
const actedMax = 10_000;

/**
 * As `skipOnDays`, of those who are due and in no sample of a test yet: so many as are sorted next, or everybody where a
 * sample is about to be drawn from all of them. The next ones alone say nothing of those behind them.
 */
export async function skipUnsorted(
  tx: TenantTx,
  context: StepContext,
  { testId, asked }: { testId: string; asked: number },
): Promise<Acted> {
  const sending = await loadSkipping(tx, context.campaignId);
  if (!sending) return nothing;
  const found: Passed = { over: [], until: [] };
  let after: Unsorted | undefined;
  for (let seen = 0; seen < asked; seen += context.limit) {
    const page = await unsortedOnes(tx, context, { testId, after });
    const { over, until } = await findPassed(
      tx,
      sending,
      page.filter((row) => !row.left_alone),
    );
    found.over.push(...over);
    found.until.push(...until);
    after = page.at(-1);
    if (page.length < context.limit || found.over.length + found.until.length >= actedMax) break;
  }
  return act(tx, context, { sending, found });
}

/** How a campaign sends, if there are days on which its emails are passed over. */
async function loadSkipping(tx: TenantTx, campaignId: string): Promise<Sending | null> {
  const [some] = await tx.execute<{ days: unknown }>(
    sql`select ${skippedDays(sql`${campaignId}::uuid`, turnDaysAhead)} as days`,
  );
  if (!some?.days) return null;
  const sending = await loadSending(tx, campaignId);
  return sending?.skipping && sending.status === "active" ? sending : null;
}

/** Those whose turn has come, and those who are held until it does. */
type Passed = { over: PassedOver[]; until: { id: string; at: number }[] };

async function findPassed(tx: TenantTx, sending: Sending, rows: readonly Row[]): Promise<Passed> {
  const turns = await turnsOf(tx, sending, rows);
  const found: Passed = { over: [], until: [] };
  for (const row of rows) {
    const at = turns.get(row.id);
    if (at === undefined) continue;
    if (at <= sending.now) found.over.push({ id: row.enrollment_id, message: row.message, at });
    else found.until.push({ id: row.id, at });
  }
  return found;
}

async function act(
  tx: TenantTx,
  context: StepContext,
  { sending, found: { over, until } }: { sending: Sending; found: Passed },
): Promise<Acted> {
  // The steps that they reach are woken before anything is locked that the others are held by.
  if (over.length > 0) return passOver(tx, context, { people: over, outcome: skipDay });
  return { acted: await hold(tx, context, { until, sending }), events: [] };
}

/** When the turn of each comes that is passed over (epoch ms), by id; those whose email is sent are not in it. */
export async function turnsOf(
  tx: TenantTx,
  sending: Sending,
  rows: readonly PersonRow[],
): Promise<Map<string, number>> {
  const turns = new Map<string, number>();
  const { skipping } = sending;
  if (!skipping) return turns;
  const ownTime = await loadOwnTimes(tx, sending, rows);
  for (const row of rows) {
    const turn = skippedTurn(skipping, ownTime(row), row.due_at.getTime());
    if (turn !== null) turns.set(row.id, turn);
  }
  return turns;
}

/** The next ones who are due at the step, and messages that want a slot. Who is left alone for now, or waits for a review, is seen to by that. */
function dueOnes(tx: TenantTx, { scope, stepId, limit }: StepContext): Promise<Row[]> {
  return tx.execute<Row>(sql`
    with due as (
      (select e.id, e.id as enrollment_id, e.contact_id, e.awaiting_message_id as message, e.wait_reason,
        ${dueSince(sql`e.next_email_scheduled_at`)} as due_at
      from campaign_contacts e
      where e.tenant_id = ${scope.tenantId}::uuid and e.current_step_id = ${stepId}::uuid and e.status in ('enrolled', 'active')
        and e.next_email_scheduled_at <= app_now() and coalesce(e.wait_reason, '') not in ('outcome_unknown', 'waiting_for_review')
        and ${maySkip(sql`0`)}
      order by e.next_email_scheduled_at, e.id limit ${limit})
      union all
      select m.id, e.id, e.contact_id, m.id, e.wait_reason, ${dueSince(sql`m.next_attempt_at`)} from (
        select id, enrollment_id, next_attempt_at, attempts from content.email_messages
        where step_id = ${stepId}::uuid and scheduled_for is null and delivery_status in ('queued', 'deferred')
          and next_attempt_at <= app_now()
        order by next_attempt_at, id limit ${limit}
      ) m join campaign_contacts e on e.id = m.enrollment_id and e.awaiting_message_id = m.id and e.status in ('enrolled', 'active')
        and ${maySkip(sql`m.attempts`)}
    )
    select d.id, d.enrollment_id, d.message, d.due_at, null as account_id, d.wait_reason, ${personColumns}
    from due d cross join lateral (select * from contacts c where c.id = d.contact_id limit 1) c
    where not ${isLeftAlone}`);
}

type Unsorted = Row & { next_at: string; left_alone: boolean };

/** The next ones who are due at the step behind `after`, and whom the test has given no variant, in the order in which it sorts them. */
function unsortedOnes(
  tx: TenantTx,
  { scope, stepId, limit }: StepContext,
  { testId, after }: { testId: string; after: Unsorted | undefined },
): Promise<Unsorted[]> {
  const behind = after
    ? sql`and (e.next_email_scheduled_at, e.id) > (${after.next_at}::timestamptz, ${after.id}::uuid)`
    : sql``;
  return tx.execute<Unsorted>(sql`
    with due as materialized (
      select e.id, e.id as enrollment_id, e.contact_id, e.awaiting_message_id as message, e.wait_reason,
        e.next_email_scheduled_at as next_at, ${dueSince(sql`e.next_email_scheduled_at`)} as due_at
      from campaign_contacts e
      where e.tenant_id = ${scope.tenantId}::uuid and e.current_step_id = ${stepId}::uuid and e.status in ('enrolled', 'active')
        and e.next_email_scheduled_at <= app_now() and coalesce(e.wait_reason, '') not in ('outcome_unknown', 'waiting_for_review')
        and ${maySkip(sql`0`)} ${behind}
        and (select true from ab_test_assignments a where a.test_id = ${testId}::uuid and a.contact_id = e.contact_id limit 1) is null
      order by e.next_email_scheduled_at, e.id limit ${limit}
    )
    select d.id, d.enrollment_id, d.message, d.due_at, null as account_id, d.wait_reason, d.next_at::text as next_at,
      ${isLeftAlone} as left_alone, ${personColumns}
    from due d cross join lateral (select * from contacts c where c.id = d.contact_id limit 1) c
    order by d.next_at, d.id`);
}

type Hold = { until: readonly { id: string; at: number }[]; sending: Sending };

/** Locks messages, then enrollments. Who has left meanwhile, or has a slot, is not held. */
async function hold(tx: TenantTx, { stepId }: StepContext, { until, sending }: Hold): Promise<number> {
  if (until.length === 0) return 0;
  const ids = sql`any(${sql.param(until.map(({ id }) => id))}::uuid[])`;
  const messages = await tx.execute<{ id: string }>(sql`
    select id from content.email_messages where id = ${ids} and scheduled_for is null and delivery_status = 'queued'
    order by id for no key update`);
  const enrollments = await tx.execute<{ id: string }>(sql`
    select id from campaign_contacts where id = ${ids} and current_step_id = ${stepId}::uuid
      and status in ('enrolled', 'active') and next_email_scheduled_at <= app_now() order by id for no key update`);
  const there = new Set([...messages, ...enrollments].map(({ id }) => id));
  const held = until.filter(({ id }) => there.has(id));
  await holdPeople(
    tx,
    held.map(({ id, at }) => ({ person: { id }, until: at, hold: skipDay })),
    sending.contact,
  );
  return held.length;
}

/** Whether somebody can be held for such days: none of them is over since longer than the clocks of two zones lie apart. */
async function skipsDays(tx: TenantTx): Promise<boolean> {
  const [row] = await tx.execute<{ some: boolean }>(sql`
    select exists(select from blackout_dates where action = 'skip' and ends_on >= (app_now() - interval '2 days')::date) as some`);
  return row?.some === true;
}

type Fewer = { campaignIds: readonly string[] | null; skipped: boolean };

/**
 * Days on which nothing is sent are fewer for these campaigns, or for all: whose turn had moved behind one, or who is held for
 * one on which emails are passed over (`skipped`: such a day is among those gone), is looked at again. A day on which emails
 * wait may have been what moved a turn to one on which they are passed over. Send the events after the commit.
 */
export async function lookThroughDays(
  tx: TenantTx,
  scope: EventScope,
  { campaignIds, skipped }: Fewer,
): Promise<DriverEvent[]> {
  const heldBy = skipped || (await skipsDays(tx)) ? null : "days";
  return lookThroughHeld(tx, scope, { heldBy, campaignIds });
}

/** Held until the turn of an email that would be passed over, or until an hour of their own that is yet to come. */
const forDays = (reason: SQL, at: SQL): SQL =>
  sql`(${reason} = ${skipDay} or ${reason} = 'best_hour' and ${at} > app_now())`;

/**
 * Whoever of these is held until the turn of an email that would be passed over, or until the hour at which they read, waits
 * for that no more, paused by hand or not. The step holds again whom it has to. Their messages first: which these are.
 */
export async function letMessagesGoOfDays(
  tx: TenantTx,
  enrollmentIds: readonly string[],
): Promise<readonly string[]> {
  const messages = await tx.execute<{ id: string }>(sql`
    update content.email_messages set next_attempt_at = app_now(), reason_code = 'awaiting_slot', updated_at = app_now()
    where id in (select id from content.email_messages
      where id in (select awaiting_message_id from campaign_contacts
          where id = any(${sql.param([...enrollmentIds])}::uuid[]) and wait_reason in (${skipDay}, 'best_hour'))
        and scheduled_for is null and delivery_status in ('queued', 'deferred') and ${forDays(sql`reason_code`, sql`next_attempt_at`)}
      order by id for no key update) returning id`);
  return messages.map(({ id }) => id);
}

type LettingGo = { enrollmentIds: readonly string[]; messageIds: readonly string[]; timed: boolean };

/**
 * As `letMessagesGoOfDays`, the places, after the messages of all of them. `timed`: the email leaves at a time of day. Whoever
 * has had that is asked for their window next, and does not wait for it once more (`holdForSendTime`).
 */
export async function letPlacesGoOfDays(
  tx: TenantTx,
  { enrollmentIds, messageIds, timed }: LettingGo,
): Promise<void> {
  const asked: WaitReason | null = timed ? "recipient_window" : null;
  await tx.execute(sql`
    update campaign_contacts
    set next_email_scheduled_at = case when next_email_scheduled_at is not null then app_now() end,
      wait_reason = case when awaiting_message_id is not null then 'awaiting_send' else ${asked} end, updated_at = app_now()
    where id in (select id from campaign_contacts
      where id = any(${sql.param([...enrollmentIds])}::uuid[]) and status in ('enrolled', 'active', 'paused')
        and (${forDays(sql`wait_reason`, sql`next_email_scheduled_at`)}
          or wait_reason = 'best_hour' and awaiting_message_id = any(${sql.param([...messageIds])}::uuid[]))
      order by id for no key update)`);
}
