import type { TenantTx } from "#db/tenancy";
import { branchCounts, requireCampaign, stepPlaces, type StepPlace } from "#server/analytics/queries";

/** `took` is by branch, for conditions alone. */
export type Place = StepPlace & { took: { yes: number; no: number } | null };

/** Where everybody in a campaign stands, for all of its steps at once. Throws `not_found`. */
export async function loadPlaces(tx: TenantTx, campaignId: string): Promise<Record<string, Place>> {
  await requireCampaign(tx, campaignId);
  const places = await stepPlaces(tx, campaignId);
  const branches = new Map((await branchCounts(tx, campaignId)).map((one) => [one.stepId, one]));
  return Object.fromEntries(
    places.map((place) => [place.stepId, { ...place, took: branches.get(place.stepId) ?? null }]),
  );
}
