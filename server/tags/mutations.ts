import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";

/**
 * The ids of tags by name, in any case; those that are missing are made. `created` are the ids of these.
 */
export async function ensureTags(
  tx: TenantTx,
  names: readonly string[],
): Promise<{ ids: Map<string, string>; created: string[] }> {
  const wanted = [...new Set(names.map((name) => name.trim().toLowerCase()))]
    .filter((name) => name !== "")
    .sort();
  if (wanted.length === 0) return { ids: new Map(), created: [] };
  const made = await tx.execute<{ id: string }>(sql`
    insert into tags (name) select unnest(${sql.param(wanted)}::text[]) on conflict do nothing returning id`);
  const found = await tx.execute<{ id: string; name: string }>(sql`
    select id, lower(name) as name from tags where lower(name) = any(${sql.param(wanted)}::text[])`);
  return { ids: new Map(found.map((tag) => [tag.name, tag.id])), created: made.map((tag) => tag.id) };
}

/** Puts a tag on contacts and says which of them did not carry it. */
export async function tagContacts(
  tx: TenantTx,
  tagId: string,
  contactIds: readonly string[],
): Promise<string[]> {
  const rows = await tx.execute<{ contact_id: string }>(sql`
    insert into contact_tags (contact_id, tag_id) select id, ${tagId}::uuid from unnest(${sql.param([...contactIds])}::uuid[]) id
    on conflict do nothing returning contact_id`);
  return rows.map((row) => row.contact_id);
}
