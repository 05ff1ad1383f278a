import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { noteOnTimelines } from "#server/contacts/history";
import { calculateScores } from "./calculate.ts";
import { modelContext } from "./mutations.ts";
import { findModel } from "./queries.ts";

type Adjustment = { contactIds: readonly string[]; points: number; campaignId: string };

/**
 * Adds points to scores for good, or takes them off: they stand beside what the rules give, and are kept when the rules
 * change. False while scoring is off; then nothing was changed.
 */
export async function adjustScores(
  tx: TenantTx,
  { contactIds, points, campaignId }: Adjustment,
): Promise<boolean> {
  const model = await findModel(tx);
  if (!model?.isActive) return false;
  const ids = sql`${sql.param([...contactIds])}::uuid[]`;
  await tx.execute(sql`
    insert into contact_scores as s (contact_id, model_id, adjustment)
    select id, ${model.id}::uuid, ${points}::int from contacts where id = any(${ids}) and deleted_at is null order by id
    on conflict (tenant_id, contact_id, model_id) do update
    set adjustment = greatest(-100, least(100, s.adjustment + excluded.adjustment)), updated_at = app_now()`);
  const context = await modelContext(tx, model);
  await calculateScores(tx, { model, context, extent: { among: contactIds } });
  await noteOnTimelines(tx, contactIds, { type: "score.adjusted", campaignId, data: { points } });
  return true;
}
