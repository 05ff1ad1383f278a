import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import type { CustomField } from "./schema.ts";

export type { CustomField } from "./schema.ts";

const columns = sql`id, field_name as name, label, field_type as type, required, options, default_value as "defaultValue", validation, archived_at as "archivedAt"`;

/** The custom fields of the workspace in their order; archived ones only on request. */
export async function listCustomFields(
  tx: TenantTx,
  { archived = false }: { archived?: boolean } = {},
): Promise<CustomField[]> {
  return [
    ...(await tx.execute<CustomField>(sql`
      select ${columns} from custom_field_definitions where ${archived} or archived_at is null
      order by archived_at is not null, position, label, id`)),
  ];
}

/** The field of this name. Throws `invalid` when there is none. */
export function fieldNamed(fields: readonly CustomField[], name: string): CustomField {
  const field = fields.find((each) => each.name === name);
  if (!field) throw new AppError("invalid", `There is no custom field "${name}" in this workspace.`);
  return field;
}
