import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";

/**
 * Locks contacts for as long as the transaction lasts, so that nobody deletes one of them, or merges it with another.
 * Who does so at this moment is waited for. Returns who stands for each that was merged with another meanwhile, or long
 * ago: that one is locked too. Enrollments are locked before.
 */
export async function holdContacts(
  tx: TenantTx,
  contactIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const standIns = new Map<string, string>();
  // Whoever stands in may be merged with a third while it is waited for.
  for (let missing = await absentAmong(tx, contactIds); missing.length > 0;) {
    const merged = await tx.execute<{ id: string; into: string }>(sql`
      select id, merged_into_id as into from contacts
      where id = any(${sql.param(missing)}::uuid[]) and merged_into_id is not null`);
    for (const { id, into } of merged) {
      standIns.set(id, into);
      for (const [each, was] of standIns) if (was === id) standIns.set(each, into);
    }
    missing = await absentAmong(
      tx,
      merged.map(({ into }) => into),
    );
  }
  return standIns;
}

/** Locks those that are there, and returns the others. */
async function absentAmong(tx: TenantTx, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await tx.execute<{ id: string }>(sql`
    select id from contacts where id = any(${sql.param([...ids])}::uuid[]) and deleted_at is null
    order by id for key share`);
  const there = new Set(rows.map(({ id }) => id));
  return [...new Set(ids)].filter((id) => !there.has(id));
}
