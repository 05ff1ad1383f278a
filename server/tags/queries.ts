import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";

export type Tag = { id: string; name: string; color: string | null };

/** The tags of the workspace, by name. */
export async function listTags(tx: TenantTx): Promise<Tag[]> {
  return [...(await tx.execute<Tag>(sql`select id, name, color from tags order by lower(name) limit 1000`))];
}
