import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { TestOutcome } from "./conclude.ts";
import { countVariants } from "./numbers.ts";
import { heldBack, live, type TestStatus } from "./queries.ts";
import type { TestDimension, TestMetric, VariantChanges } from "./schema.ts";
import { compareVariants, type VariantResult } from "./verdict.ts";

/**
 * A test as pages show it. `now` are the numbers of this moment, `decided` those it was decided by. `taken` of `sampleSize`
 * have their variant, `held` of these cannot be written to; `waiting` wait for the winner. `endsAt` is null while the sample is being sent.
 */
export type TestResult = {
  id: string;
  stepId: string | null;
  name: string;
  dimension: TestDimension;
  metric: TestMetric;
  fallback: "control" | "highest";
  status: TestStatus;
  durationMinutes: number;
  sampleSize: number | null;
  startedAt: Date | null;
  endsAt: Date | null;
  extendedAt: Date | null;
  decidedAt: Date | null;
  decidedBy: string | null;
  outcome: TestOutcome | null;
  winner: string | null;
  taken: number;
  held: number;
  waiting: number;
  now: VariantResult[];
  decided: VariantResult[] | null;
  changes: Record<string, VariantChanges>;
};

type Row = Omit<TestResult, "now" | "decided" | "changes"> & {
  results: { variants: VariantResult[] } | null;
  changes: Record<string, VariantChanges> | null;
};

/** The tests of a launched campaign, the newest first. */
export async function listTests(tx: TenantTx, campaignId: string): Promise<TestResult[]> {
  const rows = await tx.execute<Row>(sql`
    select t.id, t.step_id as "stepId", t.name, t.dimension, t.metric, t.fallback, t.status,
      t.duration_minutes as "durationMinutes", t.sample_size as "sampleSize", t.started_at as "startedAt", t.ends_at as "endsAt",
      t.extended_at as "extendedAt", t.decided_at as "decidedAt", t.outcome, t.results,
      (select coalesce(nullif(u.name, ''), u.email) from users u where u.id = t.decided_by) as "decidedBy",
      (select v.name from ab_test_variants v where v.id = t.winner_variant_id) as winner,
      (select json_object_agg(v.id, v.changes) from ab_test_variants v where v.test_id = t.id) as changes,
      (select count(*)::int from ab_test_assignments a where a.test_id = t.id) as taken,
      case when t.${live} then (select count(*)::int from campaign_contacts e
        where e.campaign_id = t.campaign_id and e.current_step_id = t.step_id and e.status in ('enrolled', 'active')
          and ${heldBack} and exists (select from ab_test_assignments a where a.test_id = t.id and a.contact_id = e.contact_id))
      else 0 end as held,
      (select count(*)::int from campaign_contacts e where e.campaign_id = t.campaign_id and e.current_step_id = t.step_id
        and e.status in ('enrolled', 'active', 'paused') and e.wait_reason = 'waiting_for_winner') as waiting
    from ab_tests t where t.campaign_id = ${campaignId}::uuid order by t.id desc`);
  const counts = await countVariants(
    tx,
    rows.map(({ id }) => id),
  );
  return rows.map(({ results, changes, ...row }) => ({
    ...row,
    now: compareVariants(counts.get(row.id) ?? [], row.metric),
    decided: results?.variants ?? null,
    changes: changes ?? {},
  }));
}
