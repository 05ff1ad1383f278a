import { type SQL, sql } from "drizzle-orm";
import type { Scope, TenantTx } from "#db/tenancy";
import { listCustomFields } from "#server/custom-fields/queries";
import { allCustomFields, type ExportField, type ExportFormat, fieldGroups } from "./schema.ts";

/** A column of the file: its field, and where its text comes from. */
export type Column = ExportField & { value: SQL };
/** Separates several names in one value of a column. */
export const nameSeparator = "\u001f";

/**
 * What to read for these fields, in their order: columns over `contacts c`, and what has to be joined for them.
 * `among` limits the joined tables to some contacts. Everything is spelled out, since COPY takes no bound values.
 */
export async function columnsFor(
  tx: TenantTx,
  {
    fields,
    format,
    scope,
    among,
  }: { fields: string[]; format: ExportFormat; scope: Scope; among: SQL | null },
): Promise<{ columns: Column[]; joins: SQL }> {
  const custom = await customColumns(tx, format === "json" || format === "ndjson");
  const chosen = fields.flatMap((name) =>
    name === allCustomFields ? custom : [...custom, ...standard].filter((column) => column.name === name),
  );
  const columns = [...new Map(chosen.map((column) => [column.name, column])).values()];
  const joins = Object.entries(joined(scope, among)).flatMap(([name, rows]) =>
    columns.some((column) => column.from === name)
      ? [sql`left join (${rows}) ${sql.identifier(name)} on ${sql.identifier(name)}.contact_id = c.id`]
      : [],
  );
  return { columns, joins: sql.join(joins, sql` `) };
}

type Sourced = Column & { from?: string };

const sources: Record<string, string> = {
  tags: "tagged",
  lists: "member",
  segments: "member",
  emails_sent: "mailed",
  emails_opened: "mailed",
  emails_clicked: "mailed",
  emails_replied: "mailed",
};

const standard: Sourced[] = fieldGroups
  .flatMap((group): readonly ExportField[] => group.fields)
  .map((field) => {
    const from = sources[field.name];
    const value = sql`${sql.identifier(from ?? "c")}.${sql.identifier(field.name)}`;
    const counted = from === "mailed" ? sql`coalesce(${value}, 0)` : value;
    return from ? { ...field, value: counted, from } : { ...field, value: counted };
  });

/** JSON keeps the stored value, type and all; elsewhere it is text. */
async function customColumns(tx: TenantTx, json: boolean): Promise<Sourced[]> {
  return (await listCustomFields(tx, { archived: true })).map(({ name, label, type }) => {
    const key = sql`${name}`.inlineParams();
    const kind = type === "number" ? "number" : type === "multi_select" ? "choices" : "text";
    return {
      name: `custom.${name}`,
      label,
      kind: json ? "json" : kind,
      value: json ? sql`c.custom_fields -> ${key}` : sql`c.custom_fields ->> ${key}`,
    };
  });
}

/** Tenant and workspace are named as constants too: from the policies alone the planner misjudges them. */
function joined({ tenantId, workspaceId }: Scope, among: SQL | null): Record<string, SQL> {
  const own = (table: string) => {
    const at = sql.identifier(table);
    const some = among ? sql` and ${at}.contact_id in (${among})` : sql``;
    return sql`${at}.tenant_id = ${tenantId} and ${at}.workspace_id = ${workspaceId}${some}`.inlineParams();
  };
  const names = (of: SQL) => sql`string_agg(${of}, ${nameSeparator} order by ${of})`.inlineParams();
  const count = (column: string) => sql`count(m.${sql.identifier(column)})`;
  return {
    tagged: sql`select ct.contact_id, ${names(sql`t.name`)} as tags
      from contact_tags ct join tags t on t.id = ct.tag_id where ${own("ct")} group by ct.contact_id`,
    member: sql`select sc.contact_id, ${names(sql`s.name`)} filter (where s.segment_type = 'static') as lists,
        ${names(sql`s.name`)} filter (where s.segment_type = 'dynamic') as segments
      from segment_contacts sc join segments s on s.id = sc.segment_id where ${own("sc")} group by sc.contact_id`,
    mailed: sql`select m.contact_id, ${count("sent_at")} as emails_sent, ${count("first_opened_at")} as emails_opened,
        ${count("first_clicked_at")} as emails_clicked, ${count("replied_at")} as emails_replied
      from content.email_messages m
      where ${own("m")} and m.direction = 'outbound' and not m.is_test and m.contact_id is not null group by m.contact_id`,
  };
}
