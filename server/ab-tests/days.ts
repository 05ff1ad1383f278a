import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import type { TestMetric } from "./schema.ts";

/** A variant up to the end of a day: what was delivered so far, and of how many of it the test's measure has come true. */
export type VariantUntil = { name: string; delivered: number; reached: number };

/** `date` is a day of the workspace's zone, `YYYY-MM-DD`; every variant stands in every day. */
export type TestDays = { metric: TestMetric; days: { date: string; variants: VariantUntil[] }[] };

type Row = { date: string; name: string; delivered: number; reached: number };

const measured = {
  open_rate: sql`emails_opened`,
  click_rate: sql`emails_clicked`,
  reply_rate: sql`emails_replied`,
  conversion_rate: sql`conversions`,
};

/** How the variants of a test have come along, by the daily numbers; no days before the first of them are counted. @throws AppError not_found */
export async function listTestDays(tx: TenantTx, id: string): Promise<TestDays> {
  const [test] = await tx.execute<{ metric: TestMetric; names: string[] }>(sql`
    select t.metric, (select array_agg(v.name order by v.name) from ab_test_variants v where v.test_id = t.id) as names
    from ab_tests t where t.id = ${id}::uuid`);
  if (!test) throw new AppError("not_found", "There is no such test.");
  const rows = await tx.execute<Row>(sql`
    select to_char(a.date, 'YYYY-MM-DD') as date, v.name, a.emails_delivered as delivered, a.${measured[test.metric]} as reached
    from analytics.variant_analytics a join ab_test_variants v on v.id = a.variant_id
    where a.test_id = ${id}::uuid order by a.date, v.name`);
  const sums = new Map(test.names.map((name) => [name, { delivered: 0, reached: 0 }]));
  const days: TestDays["days"] = [];
  for (const [date, changed] of Map.groupBy(rows, (row) => row.date)) {
    for (const { name, delivered, reached } of changed) {
      const before = sums.get(name) ?? { delivered: 0, reached: 0 };
      sums.set(name, { delivered: before.delivered + delivered, reached: before.reached + reached });
    }
    days.push({ date, variants: [...sums].map(([name, sum]) => ({ name, ...sum })) });
  }
  return { metric: test.metric, days };
}
