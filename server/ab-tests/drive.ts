import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import type { Slice } from "#server/enrollments/slice";
import type { StepGraph } from "#server/enrollments/steps";
import { concludeTest } from "./conclude.ts";
import { countVariants } from "./numbers.ts";
import { heldBack, type Test } from "./queries.ts";
import { takeSample } from "./sample.ts";
import { judgeTest } from "./verdict.ts";

/** While its audience is being frozen, a test looks again after this. */
const freezingMs = 2_000;
/** While its sample is being sent it looks again when the last slot given out has passed, or after this. */
const recheckMs = 10 * 60_000;
const settlingMs = 30_000;

/** `shut`: the step sends nothing before `until`. */
export type Driven = { acted: number; until: Date | null; shut: boolean };

/**
 * Brings a test on by what can be done at this moment: sorts who has come into the sample or behind it, sets the time of
 * the decision when the last email of the sample has left, and decides when it has come. Hold the step's driver, and
 * when the decision is due the campaign before it.
 */
export async function driveTest(
  tx: TenantTx,
  { slice, graph, test }: { slice: Slice; graph: StepGraph; test: Test },
): Promise<Driven> {
  const now = (await appNow(tx)).getTime();
  const later = (ms: number) => new Date(now + ms);
  const { acted, complete, unopened } = await takeSample(tx, { slice, graph, test });
  if (unopened === "audience_open") return { acted: 0, until: later(freezingMs), shut: true };
  if (unopened === "nobody_there") return { acted: 0, until: null, shut: false };
  if (acted > 0) return { acted, until: null, shut: false };
  const endsAt = test.endsAt ?? (complete ? await endOfSample(tx, test) : null);
  if (endsAt === null) return { acted: 0, until: await nextLook(tx, test, now), shut: false };
  if (endsAt.getTime() > now) return { acted: 0, until: endsAt, shut: false };
  const counts = (await countVariants(tx, [test.id])).get(test.id) ?? [];
  const verdict = judgeTest(counts, { ...test, extended: test.status === "extended" });
  if (verdict.kind === "extend") {
    await extendTest(tx, test);
    return { acted: 0, until: later(test.durationMinutes * 60_000), shut: false };
  }
  await concludeTest(tx, { test, ...verdict, decidedBy: null });
  return { acted: 1, until: null, shut: false };
}

/** Gives people as much time again, once. */
export async function extendTest(tx: TenantTx, { id }: Pick<Test, "id">): Promise<void> {
  await tx.execute(sql`
    update ab_tests set status = 'extended', extended_at = app_now(), updated_at = app_now(),
      ends_at = greatest(ends_at, app_now()) + make_interval(mins => duration_minutes)
    where id = ${id}::uuid and status = 'running'`);
}

/**
 * Counts from the last email of the sample; null while one of them has yet to leave. Who cannot be written to may stay
 * so for weeks, and is waited for only where that is all of the sample.
 */
async function endOfSample(tx: TenantTx, { id, stepId }: Test): Promise<Date | null> {
  const [row] = await tx.execute<{ ends_at: Date | null }>(sql`
    with standing as materialized (
      select ${heldBack} as held from ab_test_assignments a cross join lateral (
        select * from campaign_contacts e where e.contact_id = a.contact_id and e.current_step_id = ${stepId}::uuid
          and e.campaign_id = (select campaign_id from ab_tests where id = ${id}::uuid) and e.status in ('enrolled', 'active')
          and e.wait_reason is distinct from 'outcome_unknown' limit 1) e
      where a.test_id = ${id}::uuid
    ), sent as (
      select max(m.sent_at) as last from content.email_messages m join ab_test_variants v on v.id = m.variant_id
      where v.test_id = ${id}::uuid
    )
    update ab_tests t set updated_at = app_now(),
      ends_at = make_interval(mins => t.duration_minutes) + coalesce(sent.last, app_now())
    from sent
    where t.id = ${id}::uuid and not exists (select from standing where not held)
      and (sent.last is not null or not exists (select from standing))
    returning t.ends_at`);
  return row?.ends_at ?? null;
}

async function nextLook(tx: TenantTx, { stepId }: Test, now: number): Promise<Date> {
  const [row] = await tx.execute<{ at: Date | null }>(sql`
    select max(scheduled_for) as at from content.email_messages
    where step_id = ${stepId}::uuid and variant_id is not null and delivery_status in ('queued', 'sending')
      and scheduled_for is not null`);
  const last = row?.at?.getTime() ?? now;
  return new Date(Math.min(now + recheckMs, Math.max(last, now) + settlingMs));
}
