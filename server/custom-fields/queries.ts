import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";

export type CustomField = {
  id: string;
  name: string;
  label: string;
  type: "text" | "number" | "date" | "boolean" | "select" | "multi_select";
};

/** The custom fields of the workspace, in the order of their labels. */
export async function listCustomFields(tx: TenantTx): Promise<CustomField[]> {
  return [
    ...(await tx.execute<CustomField>(sql`
      select id, field_name as name, label, field_type as type from custom_field_definitions order by label, id limit 500`)),
  ];
}
