import { sql } from "drizzle-orm";
import { violates } from "#db/errors";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { readCustomFields } from "#server/custom-fields/read";
import { shownValue } from "#server/custom-fields/schema";
import type { CustomValue } from "#server/custom-fields/values";
import { AppError } from "#server/errors";
import { lifecycleStages } from "#server/segments/schema";
import { ensureTags, tagContacts } from "#server/tags/mutations";
import { readEmail } from "./address.ts";
import { noteOnTimeline } from "./history.ts";
import { moveToAddress } from "./new-address.ts";
import {
  type ContactFieldEdit,
  contactFields,
  type ContactInput,
  type ContactUpdate,
  fieldProblem,
  type OptionalFieldName,
} from "./schema.ts";

const editable = contactFields
  .map(({ name }) => name)
  .filter((name): name is OptionalFieldName => name !== "email");

/** Adds a contact. Throws `invalid` on `email` and on custom fields, `conflict` when the workspace has that address. */
export async function createContact(
  tx: TenantTx,
  input: ContactInput,
  actorId: string,
): Promise<{ id: string }> {
  const { email, normalized } = addressOf(input.email);
  const { set: custom } = await readCustomFields(tx, input.custom, { whole: true });
  const names = sql.join(
    editable.map((name) => sql.identifier(name)),
    sql`, `,
  );
  const values = sql.join(
    editable.map((name) => sql`${input[name]}::text`),
    sql`, `,
  );
  const [made] = await tx
    .execute<{ id: string }>(
      sql`
      insert into contacts (email, email_normalized, lifecycle_stage, custom_fields, ${names})
      values (${email}, ${normalized}, ${input.stage ?? "new"}, ${JSON.stringify(custom)}::jsonb, ${values}) returning id`,
    )
    .catch(translated);
  if (!made) throw new Error("insert into contacts returned no row.");
  await noteOnTimeline(tx, { contactId: made.id, type: "contact.created", actorId });
  await recordAct(tx, {
    actorId,
    action: "contact.created",
    resourceType: "contact",
    resourceId: made.id,
    after: { email },
  });
  return made;
}

type Stored = Record<(typeof editable)[number], string | null> & {
  email: string;
  email_normalized: string;
  lifecycle_stage: string;
  custom_fields: Record<string, unknown>;
  status: string;
  version: number;
};
type Saved = { id: string; version: number };

/**
 * Changes a contact. Throws `conflict` when it is no longer at the version that was edited, with what each field that
 * differs holds now, and the version to give to overwrite that.
 */
export async function updateContact(tx: TenantTx, input: ContactUpdate, actorId: string): Promise<Saved> {
  const before = await lockContact(tx, input.id);
  if (before.version !== input.version) {
    const held = before.custom_fields;
    const { set, remove } = await readCustomFields(tx, input.custom, { whole: false, held });
    const theirs = Object.entries(changesBetween(before, input, set, remove)).map(
      ([name, [held]]) => [name, `It holds "${shownValue(held)}" now. Save again to put yours.`] as const,
    );
    throw new AppError(
      "conflict",
      "Somebody changed this contact while you were editing it. What differs from yours is marked: save again to overwrite it, or reload the page to take theirs.",
      { ...Object.fromEntries(theirs), version: String(before.version) },
    );
  }
  return saveContact(tx, before, input, actorId);
}

/**
 * Changes one field where it is shown; `seen` is what was shown. Changes of other fields meanwhile do not matter. Throws
 * `conflict` when this field holds something else by now, which is given as `theirs`.
 */
export async function editContactField(
  tx: TenantTx,
  { id, field, seen, value }: ContactFieldEdit,
  actorId: string,
): Promise<Saved> {
  const before = await lockContact(tx, id);
  const name = field.startsWith("custom.") ? field.slice("custom.".length) : null;
  const held = name
    ? shownValue(before.custom_fields[name])
    : shownValue(field === "stage" ? before.lifecycle_stage : before[standardField(field)]);
  if (held !== seen && held !== value) {
    throw new AppError("conflict", `Somebody else set this to "${held}" meanwhile. You wrote "${value}".`, {
      theirs: held,
    });
  }
  const edited = name ? { custom: { [name]: value } } : editOf(field, value);
  return saveContact(tx, before, { ...before, custom: {}, ...edited, id }, actorId);
}

/** One standard field or the stage, as it is to be saved. */
function editOf(field: string, value: string): Partial<ContactInput> {
  if (field !== "stage") return { [standardField(field)]: value === "" && field !== "email" ? null : value };
  const stage = lifecycleStages.find((each) => each === value);
  const problem = `"${value.slice(0, 40)}" is not a stage. The stages are ${lifecycleStages.join(", ")}.`;
  if (!stage) throw new AppError("invalid", problem, { stage: problem });
  return { stage };
}

function standardField(field: string): "email" | (typeof editable)[number] {
  const known = (["email", ...editable] as const).find((name) => name === field);
  if (!known) throw new AppError("invalid", `There is no field "${field}".`);
  return known;
}

/** Writes what changed. A new address takes mail that is still queued with it. */
async function saveContact(
  tx: TenantTx,
  before: Stored,
  input: ContactInput & { id: string },
  actorId: string,
): Promise<Saved> {
  const { email, normalized } = addressOf(input.email);
  const held = before.custom_fields;
  const { set, remove } = await readCustomFields(tx, input.custom, { whole: false, held });
  const changed = changesBetween(before, { ...input, email }, set, remove);
  if (Object.keys(changed).length === 0) return { id: input.id, version: before.version };
  refuseMisfits(input, changed);
  const moved = normalized !== before.email_normalized;
  const [after] = await tx
    .execute<Saved>(
      sql`
      update contacts set email = ${email}, email_normalized = ${normalized},
        lifecycle_stage = ${input.stage ?? before.lifecycle_stage},
        ${sql.join(
          editable.map((name) => sql`${sql.identifier(name)} = ${input[name]}::text`),
          sql`, `,
        )},
        custom_fields = (custom_fields || ${JSON.stringify(set)}::jsonb) - ${sql.param(remove)}::text[],
        version = version + 1, updated_at = app_now()
      where id = ${input.id}::uuid returning id, version`,
    )
    .catch(translated);
  if (!after) throw new AppError("not_found", "No such contact.");
  if (moved) await moveToAddress(tx, { id: input.id, from: before.email_normalized });
  await noteChange(tx, input.id, changed, actorId);
  return after;
}

type Changes = Record<string, [before: unknown, after: unknown]>;

/** Only what was changed has to fit its field. */
function refuseMisfits(input: ContactInput, changed: Changes): void {
  const problems: Record<string, string> = {};
  for (const name of editable) {
    const value = input[name];
    const problem = value === null || !(name in changed) ? null : fieldProblem(name, value);
    if (problem !== null) problems[name] = problem;
  }
  const [first] = Object.values(problems);
  if (first !== undefined) throw new AppError("invalid", first, problems);
}

async function noteChange(tx: TenantTx, id: string, changed: Changes, actorId: string): Promise<void> {
  const { stage, ...fields } = changed;
  if (stage) {
    const data = { from: stage[0], stage: stage[1] };
    await noteOnTimeline(tx, { contactId: id, type: "contact.stage_changed", actorId, data });
  }
  if (Object.keys(fields).length > 0) {
    await noteOnTimeline(tx, {
      contactId: id,
      type: "contact.updated",
      actorId,
      data: { fields: Object.keys(fields) },
    });
  }
  await recordAct(tx, {
    actorId,
    action: "contact.updated",
    resourceType: "contact",
    resourceId: id,
    before: Object.fromEntries(Object.entries(changed).map(([name, [old]]) => [name, old])),
    after: Object.fromEntries(Object.entries(changed).map(([name, [, now]]) => [name, now])),
  });
}

function changesBetween(
  before: Stored,
  input: ContactInput,
  set: Record<string, CustomValue>,
  remove: string[],
): Changes {
  const changed: Changes = {};
  if (before.email !== input.email) changed.email = [before.email, input.email];
  for (const name of editable) if (before[name] !== input[name]) changed[name] = [before[name], input[name]];
  if (input.stage && input.stage !== before.lifecycle_stage)
    changed.stage = [before.lifecycle_stage, input.stage];
  for (const [name, value] of Object.entries(set)) {
    const old = before.custom_fields[name] ?? null;
    if (JSON.stringify(old) !== JSON.stringify(value)) changed[`custom.${name}`] = [old, value];
  }
  for (const name of remove) {
    if (name in before.custom_fields) changed[`custom.${name}`] = [before.custom_fields[name], null];
  }
  return changed;
}

export async function addTag(
  tx: TenantTx,
  { id, tag }: { id: string; tag: string },
  actorId: string,
): Promise<void> {
  await lockContact(tx, id);
  const { ids } = await ensureTags(tx, [tag]);
  const tagId = ids.get(tag);
  if (!tagId) throw new Error("A tag that was just made is not there.");
  const [added] = await tagContacts(tx, tagId, [id]);
  if (!added) return;
  await noteOnTimeline(tx, {
    contactId: id,
    type: "tag.added",
    actorId,
    data: { tag },
    ref: { type: "tag", id: tagId },
  });
  await recordAct(tx, {
    actorId,
    action: "contact.tag_added",
    resourceType: "contact",
    resourceId: id,
    after: { tag },
  });
}

export async function removeTag(
  tx: TenantTx,
  { id, tag }: { id: string; tag: string },
  actorId: string,
): Promise<void> {
  await lockContact(tx, id);
  const [removed] = await tx.execute(sql`
    delete from contact_tags using tags where tags.id = contact_tags.tag_id and contact_tags.contact_id = ${id}::uuid
      and lower(tags.name) = ${tag} returning contact_tags.contact_id`);
  if (!removed) return;
  await noteOnTimeline(tx, { contactId: id, type: "tag.removed", actorId, data: { tag } });
  await recordAct(tx, {
    actorId,
    action: "contact.tag_removed",
    resourceType: "contact",
    resourceId: id,
    before: { tag },
  });
}

async function lockContact(tx: TenantTx, id: string): Promise<Stored> {
  const [row] = await tx.execute<Stored>(sql`
    select email, email_normalized, lifecycle_stage, custom_fields, status, version, ${sql.join(
      editable.map((name) => sql.identifier(name)),
      sql`, `,
    )}
    from contacts where id = ${id}::uuid and deleted_at is null for update`);
  if (!row) throw new AppError("not_found", "No such contact.");
  return row;
}

function addressOf(typed: string): { email: string; normalized: string } {
  const read = readEmail(typed);
  if ("problem" in read) throw new AppError("invalid", read.problem, { email: read.problem });
  return read;
}

function translated(error: unknown): never {
  if (violates(error, "contacts_email_unique")) {
    const sentence = "A contact with this address is already in this workspace.";
    throw new AppError("conflict", sentence, { email: sentence }, { cause: error });
  }
  throw error;
}
