import { sql } from "drizzle-orm";
import { violates } from "#db/errors";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { AppError } from "#server/errors";
import type { CustomField, CustomFieldInput, CustomFieldUpdate } from "./schema.ts";
import { readRules, type Rules } from "./rules.ts";

type NewField = { name: string; label: string; type: CustomField["type"]; options: readonly string[] };

/**
 * Defines fields that are not defined yet, behind the others and in the order given, and returns the ids of the new
 * ones. One that is there stays as it is.
 */
export async function ensureFields(tx: TenantTx, fields: readonly NewField[]): Promise<string[]> {
  if (fields.length === 0) return [];
  const numbered = fields.map((field, index) => ({ ...field, place: index + 1 }));
  const rows = await tx.execute<{ id: string }>(sql`
    insert into custom_field_definitions (field_name, label, field_type, options, position)
    select name, label, type, options, place + (select coalesce(max(position), 0) from custom_field_definitions)
    from jsonb_to_recordset(${JSON.stringify(numbered)}::jsonb)
      as f(name text, label text, type text, options jsonb, place int)
    on conflict do nothing returning id`);
  return rows.map((row) => row.id);
}

/** Defines a field. Throws `conflict` when its key is taken, by an archived field too. */
export async function createCustomField(
  tx: TenantTx,
  input: CustomFieldInput,
  actorId: string,
): Promise<{ id: string; name: string }> {
  const name = input.name ?? keyOf(input.label);
  const options = input.type === "select" || input.type === "multi_select" ? input.options : [];
  const rules = readRules({ type: input.type, options }, input);
  const [made] = await tx
    .execute<{ id: string; name: string }>(
      sql`
      insert into custom_field_definitions (field_name, label, field_type, required, options, default_value, validation, position)
      values (${name}, ${input.label}, ${input.type}, ${input.required}, ${JSON.stringify(options)}::jsonb,
        ${storedDefault(rules)}::jsonb, ${JSON.stringify(rules.validation)}::jsonb,
        (select coalesce(max(position), 0) + 1 from custom_field_definitions))
      returning id, field_name as name`,
    )
    .catch((error: unknown) => {
      if (!violates(error, "custom_field_definitions_name_unique")) throw error;
      const sentence = `There is a field with the key "${name}" already, in use or archived. Choose another name.`;
      throw new AppError("conflict", sentence, { label: sentence }, { cause: error });
    });
  if (!made) throw new Error("insert into custom_field_definitions returned no row.");
  await note(tx, actorId, "custom_field.created", made.id, { after: { name, ...input } });
  return made;
}

const storedDefault = ({ defaultValue }: Rules) =>
  defaultValue === null ? null : JSON.stringify(defaultValue);

/**
 * Renames a field, changes whether it is required, its options, default and limits. An option that contacts hold cannot
 * go; values beyond new limits stay where they are.
 */
export async function updateCustomField(
  tx: TenantTx,
  { id, label, required, options, ...typed }: CustomFieldUpdate,
  actorId: string,
): Promise<void> {
  const field = await lockField(tx, id);
  const chosen = field.type === "select" || field.type === "multi_select";
  if (chosen && options.length === 0)
    throw new AppError("invalid", "Write at least one option.", {
      options: "Write at least one option, each on a line of its own.",
    });
  if (chosen) await refuseUsedOptions(tx, field, options);
  const rules = readRules({ type: field.type, options }, typed);
  await tx.execute(sql`
    update custom_field_definitions set label = ${label}, required = ${required},
      options = ${JSON.stringify(chosen ? options : [])}::jsonb, default_value = ${storedDefault(rules)}::jsonb,
      validation = ${JSON.stringify(rules.validation)}::jsonb, updated_at = app_now()
    where id = ${id}::uuid`);
  const { name: _, type: __, ...before } = field;
  await note(tx, actorId, "custom_field.updated", id, {
    before,
    after: { label, required, options, ...rules },
  });
}

async function refuseUsedOptions(tx: TenantTx, field: Locked, options: readonly string[]): Promise<void> {
  const gone = field.options.filter((option) => !options.includes(option));
  for (const option of gone) {
    const equal = { [field.name]: field.type === "select" ? option : [option] };
    const used = await tx.execute(sql`select match_contacts(${JSON.stringify({ equal })}::jsonb, 1)`);
    if (used.length === 0) continue;
    const sentence = `Contacts hold "${option}": give them another value first, or keep the option.`;
    throw new AppError("conflict", sentence, { options: sentence });
  }
}

/** Takes a field off every form and picker, or puts it back. Values on the contacts stay. */
export async function archiveCustomField(
  tx: TenantTx,
  { id, archived }: { id: string; archived: boolean },
  actorId: string,
): Promise<void> {
  const field = await lockField(tx, id);
  await tx.execute(sql`
    update custom_field_definitions set archived_at = case when ${archived} then coalesce(archived_at, app_now()) end,
      updated_at = app_now() where id = ${id}::uuid`);
  const action = archived ? "custom_field.archived" : "custom_field.restored";
  await note(tx, actorId, action, id, { before: { label: field.label } });
}

/** Puts fields in this order. Ids that are not the workspace's are left out. */
export async function orderCustomFields(tx: TenantTx, ids: readonly string[]): Promise<void> {
  await tx.execute(sql`
    update custom_field_definitions d set position = o.place
    from unnest(${sql.param([...ids])}::uuid[]) with ordinality as o(id, place) where d.id = o.id`);
}

type Locked = Omit<CustomField, "id" | "archivedAt">;

async function lockField(tx: TenantTx, id: string): Promise<Locked> {
  const [field] = await tx.execute<Locked>(sql`
    select field_name as name, label, field_type as type, required, options, default_value as "defaultValue", validation
    from custom_field_definitions
    where id = ${id}::uuid for update`);
  if (!field) throw new AppError("not_found", "No such field.");
  return field;
}

const note = (
  tx: TenantTx,
  actorId: string,
  action: string,
  resourceId: string,
  values: { before?: Record<string, unknown>; after?: Record<string, unknown> },
) => recordAct(tx, { actorId, action, resourceType: "custom_field", resourceId, ...values });

/** A label as a key: `Favourite colour` is `favourite_colour`. */
function keyOf(label: string): string {
  const key = label
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "")
    .slice(0, 63);
  if (key !== "") return key;
  const sentence = "Use at least one letter from a to z, or give the field a key of its own.";
  throw new AppError("invalid", sentence, { label: sentence });
}
