import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";

/** @throws AppError invalid when one of the campaigns that days are to hold for is not there */
export async function checkCampaigns(tx: TenantTx, onlyFor: readonly string[] | null): Promise<void> {
  if (onlyFor === null) return;
  const [row] = await tx.execute<{ known: number }>(sql`
    select count(*)::int as known from campaigns where id = any(${sql.param([...onlyFor])}::uuid[]) and deleted_at is null`);
  if (row?.known === new Set(onlyFor).size) return;
  const sentence = "One of these campaigns does not exist any more. Reload, and choose again.";
  throw new AppError("invalid", sentence, { onlyFor: sentence });
}

/** Days without sending that are for certain campaigns, `like` among them, are for `campaignId` too from now on. */
export async function keepSameDays(tx: TenantTx, like: string, campaignId: string): Promise<void> {
  const joined = sql`set campaign_ids = campaign_ids || ${campaignId}::uuid, updated_at = app_now()
    where ${like}::uuid = any(campaign_ids)`;
  await tx.execute(sql`update holiday_calendars ${joined}`);
  await tx.execute(sql`update blackout_dates ${joined}`);
}

export type CampaignChoice = { id: string; name: string };
const choicesMax = 200;

/** The campaigns that days can be kept for: those that have not ended, the newest first. */
export async function listScopeChoices(tx: TenantTx): Promise<CampaignChoice[]> {
  return [
    ...(await tx.execute<CampaignChoice>(sql`
      select id, name from campaigns where status <> 'completed' and archived_at is null and deleted_at is null
      order by id desc limit ${choicesMax}`)),
  ];
}
