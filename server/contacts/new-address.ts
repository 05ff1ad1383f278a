import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { complaints, final } from "#server/suppressions/mutations";
import { standing } from "./standing.ts";

/**
 * What becomes of a contact's standing with a new address, to be set. The new one starts with a clean record of bounces.
 * Whoever said stop goes on saying so: a person did, not an address, also where only the suppression of the old one,
 * which stays with it, tells.
 */
export async function moveToAddress(tx: TenantTx, { id, from }: { id: string; from: string }): Promise<void> {
  const { complained, unsubscribed } = await saidOf(tx, from);
  const now = (said: boolean, column: SQL) => (said ? sql`coalesce(${column}, app_now())` : column);
  await tx.execute(sql`
    update contacts set bounced_at = null, soft_bounce_count = 0,
      complained_at = ${now(complained, sql`complained_at`)}, unsubscribed_at = ${now(unsubscribed, sql`unsubscribed_at`)}
    where id = ${id}::uuid`);
  await tx.execute(sql`
    update contacts set status = ${standing} where id = ${id}::uuid and status in ('active', 'bounced')`);
}

/** What the people of an address said of it, by the suppressions that only they can lift. */
async function saidOf(
  tx: TenantTx,
  address: string,
): Promise<{ complained: boolean; unsubscribed: boolean }> {
  const rows = await tx.execute<{ reason: string }>(sql`
    select reason from suppressions where email_normalized = ${address} and scope in ('tenant', 'workspace')
      and reason = any(${sql.param([...final])}::text[]) and (expires_at is null or expires_at > app_now())`);
  return {
    complained: rows.some(({ reason }) => complaints.includes(reason)),
    unsubscribed: rows.some(({ reason }) => !complaints.includes(reason)),
  };
}
