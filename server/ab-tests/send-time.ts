import { type SQL, sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import type { WaitReason } from "#server/enrollments/reasons";
import type { Slice } from "#server/enrollments/slice";
import type { StepGraph } from "#server/enrollments/steps";
import { dayMs, localText, startOfDay, toInstant, toLocal } from "#server/planner/zone";
import type { Test } from "./queries.ts";

/** Who comes so shortly after the time of day is not made to wait until tomorrow. */
const graceMs = 30 * 60_000;

/** The instants at which the zone's clocks show `time` (HH:MM), on the day of `now` and so many days before or after it. */
function timesOfDay(zone: string, now: number, time: string): (days: number) => number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  const today = startOfDay(toLocal(zone, now));
  return (days) => toInstant(zone, today + days * dayMs + (hours * 60 + minutes) * 60_000);
}

/** The instant at which the zone's clocks show `time` next, or have just shown it. */
function nearestTimeOfDay(zone: string, now: number, time: string): number {
  const on = timesOfDay(zone, now, time);
  return [-1, 0].map(on).find((at) => at > now - graceMs) ?? on(1);
}

/** The next instant at which the zone's clocks show `time`, or `now` when they have just shown it. */
export const nextTimeOfDay = (zone: string, now: number, time: string): number =>
  Math.max(now, nearestTimeOfDay(zone, now, time));

/** What may keep somebody until an hour of the night, which is nobody's choice: it is over when there is room again. */
const limits: readonly string[] = [
  "recipient_domain_limit",
  "recipient_domain_hourly_limit",
  "frequency_cap",
  "higher_priority",
  "own_mailbox",
] satisfies WaitReason[];

/** Who waits for one of these has had the time of day, and has their turn when that is over. */
const heldAfter: readonly string[] = [
  ...limits,
  ...([
    "skip_day",
    "rollout",
    "recipient_window",
    "best_hour",
    "too_many_emails",
    "approved_for_later",
  ] satisfies WaitReason[]),
];

const earlierThan = (zone: string, at: number, time: string): boolean =>
  localText(toLocal(zone, at)).slice(11, 16) < time;

/**
 * When an email with a time of day leaves for somebody whom `hold` keeps until `until`: on a new day not before that time
 * either. Where everybody is written to in a window on their own clock, that sees to it. Who was snoozed has not had it yet.
 */
export function freeAgain(
  { zone, ownWindow }: Pick<StepGraph, "zone" | "ownWindow">,
  { time, until, hold }: { time: string | null; until: number; hold: string },
): number {
  if (time === null) return until;
  const waits =
    hold === ("snoozed" satisfies WaitReason)
    || (!ownWindow && limits.includes(hold) && earlierThan(zone, until, time));
  return waits ? nextTimeOfDay(zone, until, time) : until;
}

/**
 * Lets those wait for the time of day who have come to an email that leaves at one: the step's own or, while one is
 * tested, their variant's. Each waits once, and once more who is let go earlier in the day (`freeAgain`), or was held already
 * when the email was given its time. Returns how many were dealt with.
 */
export async function holdForSendTime(
  tx: TenantTx,
  {
    slice,
    graph: { zone, ownWindow },
    test,
    sendTime,
  }: { slice: Slice; graph: StepGraph; test: Test | null; sendTime: string | null },
): Promise<number> {
  const times = timesOf(test, sendTime);
  if (times.length === 0) return 0;
  const now = (await appNow(tx)).getTime();
  // For whoever comes just after it, that very instant: those who have had the time of day stand there together.
  const at = times.map(({ time }) => nearestTimeOfDay(zone, now, time));
  // Of the day on which they were let go: who has had to wait for the campaign's limits since then goes on.
  const early = ownWindow
    ? sql`false`
    : sql`date_trunc('day', e.next_email_scheduled_at at time zone ${zone}) + t.time::interval > app_now() at time zone ${zone}`;
  const variantOf = sql`(select a.variant_id from ab_test_assignments a
    where a.test_id = ${test?.id ?? null}::uuid and a.contact_id = e.contact_id)`;
  const rows = await tx.execute(sql`
    with times as (
      select * from unnest(${sql.param(times.map(({ variantId }) => variantId))}::uuid[],
        ${sql.param(times.map(({ time }) => time))}::time[], ${sql.param(at.map(iso))}::timestamptz[],
        ${sql.param(at.map((instant) => localText(toLocal(zone, instant))))}::timestamp[]) as t(variant_id, time, at, local)
    ), due as materialized (
      select e.id, e.variant_id from ${between(passedTimes(zone, now, times))}
      cross join lateral (
        select e.id, ${variantOf} as variant_id
        from campaign_contacts e
        where e.tenant_id = ${slice.scope.tenantId}::uuid and e.current_step_id = ${slice.stepId}::uuid
          and e.status in ('enrolled', 'active') and e.next_email_scheduled_at <= app_now()
          and e.next_email_scheduled_at > b.since and e.next_email_scheduled_at < b.until and e.awaiting_message_id is null
          and (coalesce(e.wait_reason, '') <> all(${sql.param(["send_time", "outcome_unknown", ...heldAfter])}::text[])
            or e.wait_reason = any(${sql.param([...limits, "recipient_window"])}::text[]) and exists (
              select from times t where t.variant_id is not distinct from ${variantOf}
                and (${early} and e.wait_reason <> 'recipient_window' or not ${hadTime})))
        order by e.next_email_scheduled_at, e.id limit ${slice.limit} for no key update of e skip locked
      ) e limit ${slice.limit}
    )
    update campaign_contacts e set next_email_scheduled_at = t.at, due_local = t.local, tz_used = ${zone},
      wait_reason = 'send_time', updated_at = app_now()
    from due d join times t on t.variant_id is not distinct from d.variant_id where e.id = d.id
    returning 1`);
  return rows.length;
}

const iso = (at: number) => new Date(at).toISOString();

/**
 * When `campaign_contacts e` was given a time of day to wait for at the step where it stands, or had another time of its own
 * that is over; null for whoever had none. It is written where the moment stood at which they came, on the same clock.
 */
export const timeWaitedFor: SQL = sql`case when e.due_local > (e.entered_step_at at time zone e.tz_used)
  then e.due_local at time zone e.tz_used end`;

/** Whether `e` has waited for a time of day, or came just after that of `times t`. */
const hadTime: SQL = sql`(${timeWaitedFor} is not null or e.due_local is null
  or (e.due_local - t.time::interval)::time < make_interval(secs => ${graceMs / 1_000}))`;

/** A queue that is longer than this is read from its beginning again. */
const passedDays = 31;

/**
 * The moments at which everybody who is due has had the time of day, and of whom there may be a million: the latest ones,
 * oldest first. None where each variant has another time.
 */
function passedTimes(zone: string, now: number, times: readonly { time: string }[]): number[] {
  const [time, other] = new Set(times.map((each) => each.time));
  if (time === undefined || other !== undefined) return [];
  const on = timesOfDay(zone, now, time);
  return Array.from({ length: passedDays }, (_, nth) => on(nth + 1 - passedDays)).filter((at) => at <= now);
}

/** The stretches between these moments and around them, for an index to go from one to the next. */
function between(moments: readonly number[]): SQL {
  const all = moments.map(iso);
  return sql`unnest(${sql.param(["-infinity", ...all])}::timestamptz[],
    ${sql.param([...all, "infinity"])}::timestamptz[]) as b(since, until)`;
}

/** Whether an email, or a variant of it that is tested, leaves at a time of day. */
export const leavesAtTimes = (test: Test | null, sendTime: string | null): boolean =>
  timesOf(test, sendTime).length > 0;

function timesOf(test: Test | null, sendTime: string | null): { variantId: string | null; time: string }[] {
  const own = sendTime === null ? [] : [{ variantId: null, time: sendTime }];
  if (!test) return own;
  return test.variants.flatMap(({ id, changes }) => {
    const time = changes.sendTime ?? sendTime;
    return time === null ? [] : [{ variantId: id, time }];
  });
}
