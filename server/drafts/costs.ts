import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { pricesAsOf } from "./prices.ts";

/**
 * What AI providers have taken for the drafts of a campaign. `costMicros`: millionths of a US dollar for the drafts whose
 * model has a known price; `unpriced` are the others.
 */
export type DraftCost = {
  campaignId: string | null;
  campaignName: string | null;
  drafts: number;
  inputTokens: number;
  outputTokens: number;
  costMicros: number;
  unpriced: number;
};

const shownMax = 20;

/** The campaigns that cost most, and the sum of all. `pricesAsOf`: the month of the list that they are reckoned by. */
export async function draftCosts(
  tx: TenantTx,
): Promise<{ campaigns: DraftCost[]; total: DraftCost; pricesAsOf: string }> {
  const rows = await tx.execute<DraftCost & { whole: boolean }>(sql`
    select d.campaign_id as "campaignId", max(k.name) as "campaignName", grouping(d.campaign_id) = 1 as whole,
      count(*)::int as drafts, sum(d.ai_input_tokens)::float8 as "inputTokens", sum(d.ai_output_tokens)::float8 as "outputTokens",
      coalesce(sum(d.ai_cost_micros), 0)::float8 as "costMicros", count(*) filter (where d.ai_cost_micros is null)::int as unpriced
    from email_drafts d left join campaigns k on k.id = d.campaign_id
    where d.ai_model is not null group by grouping sets ((d.campaign_id), ())
    order by whole desc, "costMicros" desc, "outputTokens" desc limit ${shownMax + 1}`);
  const none = {
    campaignId: null,
    campaignName: null,
    drafts: 0,
    inputTokens: 0,
    outputTokens: 0,
    costMicros: 0,
    unpriced: 0,
  };
  const [total, ...campaigns] = rows.map(({ whole: _, ...cost }) => cost);
  return { campaigns, total: total ?? none, pricesAsOf };
}
