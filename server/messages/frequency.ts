import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import type { WaitReason } from "#server/enrollments/reasons";
import { notTooOften } from "#server/planner/persons";
import type { ContactCaps } from "#server/sending-limits/queries";
import { tooOften } from "./delays.ts";
import { lockLimits, slotsBack } from "./limits.ts";
import { maySend } from "./may-send.ts";
import { limitsOf, slotless, wakeEmailSteps } from "./slots.ts";

type Due = {
  id: string;
  step_id: string;
  campaign_id: string;
  email_account_id: string;
  email: string;
  /** How often their email was put off for this already. */
  delays: number;
  now: Date;
};

/** `judged`: the only messages that may be claimed now, put off or not; null when there is no limit. */
export type Frequency = { events: DriverEvent[]; judged: string[] | null };

/**
 * Puts off those of a mailbox's next messages whose address has had enough for now, from whichever campaign, mailbox or
 * workspace of the organization: they keep their place and get another slot then. Until the transaction ends nobody else
 * claims a message to these addresses. Call before limits are locked, and send the events
 * after the commit. Nothing happens without a limit.
 */
export async function holdTooFrequent(
  tx: TenantTx,
  { scope, contact, isDue, limit }: { scope: EventScope; contact: ContactCaps; isDue: SQL; limit: number },
): Promise<Frequency> {
  const { perDay, hoursApart } = contact;
  if (perDay === null && hoursApart === null) return { events: [], judged: null };
  const due = await tx.execute<Due>(sql`
    select m.id, m.step_id, m.campaign_id, m.email_account_id, app_now() as now,
      (select c.email_normalized from contacts c where c.id = m.contact_id) as email,
      coalesce((select e.attempts from campaign_contacts e where e.id = m.enrollment_id), 0) as delays
    from content.email_messages m where ${isDue} and ${maySend} order by m.next_attempt_at, m.id limit ${limit}`);
  if (due.length === 0) return { events: [], judged: [] };
  const addresses = sql.param([...new Set(due.map(({ email }) => email))]);
  await tx.execute(sql`
    select pg_advisory_xact_lock(k.key) from (
      select distinct hashtextextended(concat(current_setting('app.current_tenant_id', true), a.email), 0) as key
      from unnest(${addresses}::text[]) as a(email) order by 1) k`);
  const now = due[0]?.now.getTime() ?? 0;
  const since = new Date(now - Math.max(24, hoursApart ?? 0) * 3_600_000).toISOString();
  const had = await tx.execute<{ message_id: string; email: string; at: Date }>(sql`
    select message_id, email, at from recent_mail(${addresses}::text[], ${since}::timestamptz) where claimed order by at`);
  const times = Map.groupBy(had, ({ email }) => email);
  const caps = { perDay, apartMs: hoursApart === null ? null : hoursApart * 3_600_000 };
  const putOff: PutOff[] = [];
  const granted = new Map<string, number[]>();
  for (const one of due) {
    const others = (times.get(one.email) ?? []).filter(({ message_id }) => message_id !== one.id);
    const taken = [...others.map(({ at }) => at.getTime()), ...(granted.get(one.email) ?? [])];
    const until = notTooOften(taken, caps, now);
    // Who was put off often enough stays due: the step passes them over.
    const isOver = contact.delaysMax !== null && one.delays >= contact.delaysMax;
    const reason = isOver ? tooOften : "frequency_cap";
    if (until > now) putOff.push({ ...one, until: new Date(isOver ? now : until), reason });
    else granted.set(one.email, [...(granted.get(one.email) ?? []), now]);
  }
  return { events: await putOffUntil(tx, scope, putOff), judged: due.map(({ id }) => id) };
}

type PutOff = Due & { until: Date; reason: WaitReason };

async function putOffUntil(tx: TenantTx, scope: EventScope, rows: readonly PutOff[]): Promise<DriverEvent[]> {
  if (rows.length === 0) return [];
  const events: DriverEvent[] = [];
  for (const [stepId, some] of Map.groupBy(rows, (row) => row.step_id)) {
    const dueAt = new Date(Math.min(...some.map(({ until }) => until.getTime())));
    events.push(...(await wakeEmailSteps(tx, { scope, stepIds: [stepId], dueAt })));
  }
  await lockLimits(tx, limitsOf(rows));
  await tx.execute(sql`
    with later as (
      select * from unnest(${sql.param(rows.map(({ id }) => id))}::uuid[],
        ${sql.param(rows.map(({ until }) => until.toISOString()))}::timestamptz[],
        ${sql.param(rows.map(({ reason }) => reason))}::text[]) as l(id, until, why)
    ), slotted as materialized (
      select m.*, l.until, l.why from later l join content.email_messages m on m.id = l.id
      where m.delivery_status = 'queued' and m.scheduled_for is not null order by m.id for no key update of m
    ), put_off as (
      update content.email_messages m
      set next_attempt_at = s.until, reason_code = s.why, ${slotless}, updated_at = app_now()
      from slotted s where m.id = s.id
    ), waiting as (
      update campaign_contacts e set wait_reason = s.why, attempts = e.attempts + 1, updated_at = app_now()
      from slotted s where e.id = s.enrollment_id and e.awaiting_message_id = s.id
    ), ${slotsBack(sql`slotted`, "reserved")}
    select 1`);
  return events;
}
