import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import type { CampaignSettings } from "./schema.ts";

type PoolSender = { name: string; email: string | null; id: string | null; status: string; sandbox: boolean };

/** A pool as one sender: its first mailbox that can send stands for it. Null when there is no such pool. */
export async function findPoolSender(tx: TenantTx, poolId: string): Promise<PoolSender | null> {
  const [row] = await tx.execute<PoolSender>(sql`
    select p.name, a.id, a.email, coalesce(a.status, 'empty') as status, coalesce(a.provider = 'sandbox', false) as sandbox
    from rotation_pools p
    left join pool_members m on m.pool_id = p.id and m.status = 'active'
    left join email_accounts a on a.id = m.email_account_id
    where p.id = ${poolId}::uuid and p.is_active order by a.status = 'active' desc nulls last, a.email limit 1`);
  return row ?? null;
}

/**
 * The mailbox that stands for a campaign's sender: the one chosen, or the first of the pool. Throws `invalid` on
 * `rotationPoolId` for a pool of nobody's here, on `noLimits` for one that sends real mail.
 */
export async function standingMailbox(
  tx: TenantTx,
  { emailAccountId, rotationPoolId, noLimits }: CampaignSettings,
): Promise<string | null> {
  if (rotationPoolId === null) return emailAccountId;
  const pool = await findPoolSender(tx, rotationPoolId);
  if (!pool) {
    const message = "This pool does not exist any more. Choose another sender.";
    throw new AppError("invalid", message, { "settings.rotationPoolId": message });
  }
  if (noLimits && !pool.sandbox) {
    const message = `“No limits” is for the sandbox only, and ${pool.name} sends real mail. Switch it off.`;
    throw new AppError("invalid", message, { "settings.noLimits": message });
  }
  return pool.id;
}
