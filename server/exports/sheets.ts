import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { fieldSheet, fieldSheetHeader } from "./schema.ts";
import type { Sheet } from "./workbook.ts";

/** The sheets of a workbook behind its contacts: what the columns and names in them mean, and where it is from. */
export async function listSheets(
  tx: TenantTx,
  { what, takenAt, total }: { what: string; takenAt: Date; total: number },
): Promise<Sheet[]> {
  const fields = await tx.execute<{
    name: string;
    label: string;
    type: string;
    required: boolean;
    options: unknown;
  }>(sql`select field_name as name, label, field_type as type, required, options
    from custom_field_definitions order by position, label, id`);
  const segments = await tx.execute<{ name: string; kind: string; about: string; count: number }>(sql`
    select name, case segment_type when 'static' then 'List' else 'Segment' end as kind,
      coalesce(description, '') as about, contact_count as count
    from segments order by segment_type desc, name, id`);
  const [workspace] = await tx.execute<{ name: string }>(
    sql`select name from workspaces where id = nullif(current_setting('app.current_workspace_id'), '*')::uuid`,
  );
  return [
    {
      name: fieldSheet,
      header: [...fieldSheetHeader],
      rows: fields.map(({ name, label, type, required, options }) => [
        `custom.${name}`,
        label,
        type,
        required ? "yes" : "no",
        Array.isArray(options) ? options.map(String).join(", ") : "",
      ]),
    },
    {
      name: "Segments",
      header: ["Name", "Kind", "Description", "Contacts"],
      rows: segments.map(({ name, kind, about, count }) => [name, kind, about, count]),
    },
    {
      name: "About",
      header: ["What", "Value"],
      rows: [
        ["Workspace", workspace?.name ?? ""],
        ["Export of", what],
        ["Contacts", total],
        ["As of", takenAt.toISOString()],
      ],
    },
  ];
}
