import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { CampaignStatus } from "#server/campaigns/schema";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import { AppError } from "#server/errors";
import { bringContacts } from "#server/triggers/mutations";
import { admit, type Admitted, openCampaign } from "./admit.ts";

/** `waiting`: so many are let in when the campaign is resumed. */
export type Added = { admitted: Admitted[]; waiting: number; events: DriverEvent[] };

type Adding = {
  campaignId: string;
  contactIds: readonly string[];
  actorId: string | null;
};

/**
 * Puts contacts into a launched campaign by hand, at its first step: at once while it runs, and on its resumption while
 * it is paused. Suppression, exclusions and the rule for coming again hold as for everybody. Send the events after the
 * commit. Throws `not_found`; `conflict` for a campaign that has not been launched or has ended.
 */
export async function addContacts(tx: TenantTx, { campaignId, contactIds, actorId }: Adding): Promise<Added> {
  const scope = await scopeOfLaunched(tx, campaignId);
  const campaign = await openCampaign(tx, campaignId);
  if (!campaign) {
    const waiting = await bringContacts(tx, { campaignId, contactIds, actorId });
    return { admitted: [], waiting, events: [] };
  }
  const [manual] = await tx.execute<{ id: string }>(sql`
    select id from campaign_triggers where campaign_id = ${campaignId}::uuid and trigger_type = 'manual' limit 1`);
  const arrivals = contactIds.map((contactId) => ({
    triggerId: manual?.id ?? null,
    contactId,
    refId: null,
    actorId,
    byHand: true,
  }));
  return { ...(await admit(tx, { scope, campaignId, campaign, arrivals })), waiting: 0 };
}

export type Launched = {
  scope: EventScope;
  name: string;
  status: "active" | "paused" | "completed";
  /** It takes people in until it is ended, and can be opened again after that. */
  goesOn: boolean;
};

/** Throws `not_found`; `conflict` for a campaign that has not been launched or is archived. */
export async function getLaunched(tx: TenantTx, campaignId: string): Promise<Launched> {
  const [row] = await tx.execute<
    EventScope & { name: string; status: CampaignStatus; archived: boolean; goesOn: boolean }
  >(sql`
    select name, status, archived_at is not null as archived, campaign_type = 'triggered' or auto_enroll as "goesOn",
      tenant_id as "tenantId", workspace_id as "workspaceId"
    from campaigns
    where id = ${campaignId}::uuid and deleted_at is null`);
  if (!row) throw new AppError("not_found", "There is no such campaign.");
  const { name, status, archived, goesOn, tenantId, workspaceId } = row;
  if (archived) throw new AppError("conflict", `“${name}” is archived: restore it first.`);
  if (status === "draft" || status === "scheduled")
    throw new AppError("conflict", `“${name}” has not been launched yet: launch it first.`);
  return { scope: { tenantId, workspaceId }, name, status, goesOn };
}

/** Throws `not_found`; `conflict` for a campaign that has not been launched or has ended. */
export async function scopeOfLaunched(tx: TenantTx, campaignId: string): Promise<EventScope> {
  const { scope, name, status, goesOn } = await getLaunched(tx, campaignId);
  if (status === "completed")
    throw new AppError(
      "conflict",
      `“${name}” has ended and takes nobody in any more. ${goesOn ? "Open it again, or clone it." : "Clone it."}`,
    );
  return scope;
}
