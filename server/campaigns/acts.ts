import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";

/** Who acts on which campaign; null is the system. */
export type Act<User extends string | null = string> = { id: string; userId: User };

/** Writes an act on a campaign into the audit log, in the transaction of the act. `action` is a fact: "campaign.paused". */
export const recordCampaignAct = (
  tx: TenantTx,
  { id, userId }: Act<string | null>,
  action: string,
  after?: Record<string, unknown>,
): Promise<void> =>
  recordAct(tx, {
    actorId: userId,
    action,
    resourceType: "campaign",
    resourceId: id,
    ...(after && { after }),
  });
