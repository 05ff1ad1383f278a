import { sql } from "drizzle-orm";
import { violates } from "#db/errors";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { ensureTextFields } from "#server/custom-fields/mutations";
import { AppError } from "#server/errors";
import { ensureTags, tagContacts } from "#server/tags/mutations";
import { readEmail } from "./address.ts";
import { noteOnTimeline } from "./history.ts";
import type { ContactInput, ContactUpdate } from "./schema.ts";

const editable = [
  "first_name",
  "last_name",
  "name",
  "company",
  "job_title",
  "phone",
  "city",
  "state",
  "country",
  "timezone",
  "language",
] as const;

/** Adds a contact. Throws `invalid` on `email`, and `conflict` when the workspace has that address already. */
export async function createContact(
  tx: TenantTx,
  input: ContactInput,
  actorId: string,
): Promise<{ id: string }> {
  const { email, normalized } = addressOf(input.email);
  const { set: custom } = await customValues(tx, input.custom);
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
      insert into contacts (email, email_normalized, custom_fields, ${names})
      values (${email}, ${normalized}, ${JSON.stringify(custom)}::jsonb, ${values}) returning id`,
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
  custom_fields: Record<string, unknown>;
  status: string;
  version: number;
};

/**
 * Changes a contact. Throws `conflict` when it is no longer at the version that was edited. A new address starts
 * with a clean record of bounces; a suppression of the old one stays with the old one.
 */
export async function updateContact(
  tx: TenantTx,
  input: ContactUpdate,
  actorId: string,
): Promise<{ id: string; version: number }> {
  const before = await lockContact(tx, input.id);
  if (before.version !== input.version) {
    throw new AppError(
      "conflict",
      "Somebody changed this contact while you were editing it. Reload the page to see the change, then edit again.",
    );
  }
  const { email, normalized } = addressOf(input.email);
  const { set, remove } = await customValues(tx, input.custom);
  const moved = normalized !== before.email_normalized;
  const [after] = await tx
    .execute<{ id: string; version: number }>(
      sql`
      update contacts set email = ${email}, email_normalized = ${normalized},
        ${sql.join(
          editable.map((name) => sql`${sql.identifier(name)} = ${input[name]}::text`),
          sql`, `,
        )},
        custom_fields = (custom_fields || ${JSON.stringify(set)}::jsonb) - ${sql.param(remove)}::text[],
        status = case when ${moved} and status = 'bounced' then 'active' else status end,
        soft_bounce_count = case when ${moved} then 0 else soft_bounce_count end,
        version = version + 1, updated_at = app_now()
      where id = ${input.id}::uuid returning id, version`,
    )
    .catch(translated);
  if (!after) throw new AppError("not_found", "No such contact.");
  const changed = changesBetween(before, { ...input, email }, set, remove);
  if (Object.keys(changed).length > 0) {
    await noteOnTimeline(tx, {
      contactId: input.id,
      type: "contact.updated",
      actorId,
      data: { fields: Object.keys(changed) },
    });
    await recordAct(tx, {
      actorId,
      action: "contact.updated",
      resourceType: "contact",
      resourceId: input.id,
      before: Object.fromEntries(Object.entries(changed).map(([name, [old]]) => [name, old])),
      after: Object.fromEntries(Object.entries(changed).map(([name, [, now]]) => [name, now])),
    });
  }
  return after;
}

function changesBetween(before: Stored, input: ContactInput, set: Record<string, string>, remove: string[]) {
  const changed: Record<string, [unknown, unknown]> = {};
  if (before.email !== input.email) changed.email = [before.email, input.email];
  for (const name of editable) if (before[name] !== input[name]) changed[name] = [before[name], input[name]];
  for (const [name, value] of Object.entries(set)) {
    const old = before.custom_fields[name] ?? null;
    if (old !== value) changed[`custom.${name}`] = [old, value];
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
    select email, email_normalized, custom_fields, status, version, ${sql.join(
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

/** Values to set and names to remove; a name that is new to the workspace becomes a text field. */
async function customValues(
  tx: TenantTx,
  custom: Record<string, string>,
): Promise<{ set: Record<string, string>; remove: string[] }> {
  const set = Object.fromEntries(Object.entries(custom).filter(([, value]) => value !== ""));
  await ensureTextFields(
    tx,
    Object.keys(set).map((name) => ({ name, label: name.replaceAll("_", " ") })),
  );
  return { set, remove: Object.keys(custom).filter((name) => custom[name] === "") };
}

function translated(error: unknown): never {
  if (violates(error, "contacts_email_unique")) {
    const sentence = "A contact with this address is already in this workspace.";
    throw new AppError("conflict", sentence, { email: sentence }, { cause: error });
  }
  throw error;
}
