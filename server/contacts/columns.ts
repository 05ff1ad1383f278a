import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { usualColumns } from "./schema.ts";

const here = sql`(select nullif(current_setting('app.current_workspace_id', true), ''))`;

/** The columns of the contact list that the person of the scope chose for this workspace, or the usual ones. */
export async function findColumns(tx: TenantTx): Promise<string[]> {
  const [row] = await tx.execute<{ columns: string[] | null }>(
    sql`select contact_columns -> ${here} as columns from user_preferences`,
  );
  return row?.columns ?? usualColumns;
}

export async function chooseColumns(tx: TenantTx, columns: string[]): Promise<void> {
  await tx.execute(sql`
    insert into user_preferences (contact_columns) values (jsonb_build_object(${here}, ${JSON.stringify(columns)}::jsonb))
    on conflict (user_id) do update
    set contact_columns = user_preferences.contact_columns || excluded.contact_columns, updated_at = app_now()`);
}
