import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { VariantCounts } from "./verdict.ts";

/** What came of the emails of each variant, counted from the ledger now; the control first. By the test's id. */
export async function countVariants(
  tx: TenantTx,
  testIds: readonly string[],
): Promise<Map<string, VariantCounts[]>> {
  const rows = await tx.execute<VariantCounts & { testId: string }>(sql`
    select v.test_id as "testId", v.id, v.name, v.is_control as "isControl", n.sent, n.delivered, n.opened, n.clicked,
      n.replied, n.converted, n.unsubscribed, n.complained
    from ab_test_variants v cross join lateral (
      select count(m.sent_at)::int as sent, (count(m.sent_at) filter (where m.bounced_at is null))::int as delivered,
        count(m.first_opened_at)::int as opened, count(m.first_clicked_at)::int as clicked, count(m.replied_at)::int as replied,
        (count(*) filter (where exists (select from campaign_conversions g where g.message_id = m.id)))::int as converted,
        count(m.unsubscribed_at)::int as unsubscribed, count(m.complained_at)::int as complained
      from content.email_messages m
      where m.variant_id = v.id and m.direction = 'outbound' and not m.is_test
    ) n
    where v.test_id = any(${sql.param([...testIds])}::uuid[]) order by v.name`);
  const byTest = new Map<string, VariantCounts[]>(testIds.map((id) => [id, []]));
  for (const { testId, ...counts } of rows) byTest.get(testId)?.push(counts);
  return byTest;
}
