import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";

/** Defines text fields that are not defined yet and returns the ids of the new ones. */
export async function ensureTextFields(
  tx: TenantTx,
  fields: readonly { name: string; label: string }[],
): Promise<string[]> {
  if (fields.length === 0) return [];
  const rows = await tx.execute<{ id: string }>(sql`
    insert into custom_field_definitions (field_name, label, field_type)
    select name, label, 'text'
    from unnest(${sql.param(fields.map(({ name }) => name))}::text[], ${sql.param(fields.map(({ label }) => label))}::text[]) as f(name, label)
    on conflict do nothing returning id`);
  return rows.map((row) => row.id);
}
