import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { type Author, noteOnTimelines } from "#server/contacts/history";
import {
  archiveContacts,
  deleteContacts,
  restoreContacts,
  unsubscribeContacts,
} from "#server/contacts/lifecycle";
import { readCustomFields } from "#server/custom-fields/read";
import { addContacts } from "#server/enrollments/mutations";
import { AppError } from "#server/errors";
import { addMembers, removeMembers } from "#server/lists/mutations";
import { ensureTags, tagContacts } from "#server/tags/mutations";
import { bulkFields, type ContactChange } from "./schema.ts";

/** How many were changed, and who was not, with the reason; the others were so already. */
export type Applied = { changed: number; failures: Failure[] };
export type Failure = { contactId: string; email: string | null; reason: string };

/** Makes one change to contacts, in a handful of statements. Made again, it changes nothing. */
export async function applyChange(
  tx: TenantTx,
  change: ContactChange,
  { ids, ...author }: Author & { ids: readonly string[] },
): Promise<Applied> {
  switch (change.action) {
    case "tag":
      return all(await addTagTo(tx, ids, { tag: change.tag, author }));
    case "untag":
      return all(await takeTagOff(tx, ids, { tag: change.tag, author }));
    case "add_to_list":
      return all((await addMembers(tx, { id: change.listId, contactIds: [...ids], author })).added);
    case "remove_from_list":
      return all((await removeMembers(tx, { id: change.listId, contactIds: [...ids], author })).removed);
    case "set_field":
      return all(await setField(tx, ids, { ...change, author }));
    case "set_stage":
      return all(await setStage(tx, ids, { ...change, author }));
    case "unsubscribe":
      return all((await unsubscribeContacts(tx, ids, author)).length);
    case "archive":
      return all((await archiveContacts(tx, ids, author)).length);
    case "restore":
      return restore(tx, ids, author);
    case "delete":
      return all((await deleteContacts(tx, ids, author)).length);
    case "add_to_campaign":
      return addTo(tx, ids, { campaignId: change.campaignId, actorId: author.actorId });
  }
}

const all = (changed: number): Applied => ({ changed, failures: [] });
const array = (ids: readonly string[]) => sql`${sql.param([...ids])}::uuid[]`;

async function addTagTo(
  tx: TenantTx,
  ids: readonly string[],
  { tag, author }: { tag: string; author: Author },
): Promise<number> {
  const tagId = (await ensureTags(tx, [tag])).ids.get(tag);
  if (!tagId) throw new Error("A tag that was just made is not there.");
  const tagged = await tagContacts(tx, tagId, ids);
  await noteOnTimelines(tx, tagged, {
    type: "tag.added",
    ...author,
    data: { tag },
    ref: { type: "tag", id: tagId },
  });
  return tagged.length;
}

async function takeTagOff(
  tx: TenantTx,
  ids: readonly string[],
  { tag, author }: { tag: string; author: Author },
): Promise<number> {
  const rows = await tx.execute<{ id: string }>(sql`
    delete from contact_tags using tags where tags.id = contact_tags.tag_id and lower(tags.name) = ${tag}
      and contact_tags.contact_id = any(${array(ids)}) returning contact_tags.contact_id as id`);
  await noteOnTimelines(
    tx,
    rows.map(({ id }) => id),
    { type: "tag.removed", ...author, data: { tag } },
  );
  return rows.length;
}

async function setField(
  tx: TenantTx,
  ids: readonly string[],
  {
    field,
    value,
    onlyIfEmpty = false,
    author,
  }: { field: string; value: string; onlyIfEmpty?: boolean | undefined; author: Author },
): Promise<number> {
  const [assignment, differs, empty] = field.startsWith("custom.")
    ? await customAssignment(tx, field.slice("custom.".length), value)
    : standardAssignment(field, value);
  const rows = await tx.execute<{ id: string }>(sql`
    update contacts c set ${assignment}, version = version + 1, updated_at = app_now()
    from (select id from contacts c where id = any(${array(ids)}) and deleted_at is null and ${differs}
        and (not ${onlyIfEmpty} or ${empty})
      order by id for update) locked
    where c.id = locked.id returning c.id`);
  await noteOnTimelines(
    tx,
    rows.map(({ id }) => id),
    { type: "contact.updated", ...author, data: { fields: [field] } },
  );
  return rows.length;
}

function standardAssignment(field: string, value: string) {
  if (!bulkFields.some(({ name }) => name === field))
    throw new AppError("invalid", `There is no field "${field}".`);
  const set = value === "" ? null : value;
  return [
    sql`${sql.identifier(field)} = ${set}::text`,
    sql`c.${sql.identifier(field)} is distinct from ${set}::text`,
    sql`coalesce(c.${sql.identifier(field)}, '') = ''`,
  ] as const;
}

async function customAssignment(tx: TenantTx, name: string, value: string) {
  const { set, remove } = await readCustomFields(tx, { [name]: value }, { whole: false });
  const json = sql`${JSON.stringify(set)}::jsonb`;
  // Containment would take one choice of several for the same value.
  const differs = sql`c.custom_fields -> ${name}::text is distinct from ${json} -> ${name}::text`;
  const empty = sql`c.custom_fields -> ${name}::text is null`;
  return remove.length > 0
    ? ([sql`custom_fields = custom_fields - ${name}::text`, sql`not ${empty}`, empty] as const)
    : ([sql`custom_fields = custom_fields || ${json}`, differs, empty] as const);
}

async function setStage(
  tx: TenantTx,
  ids: readonly string[],
  { stage, onlyIfNew = false, author }: { stage: string; onlyIfNew?: boolean | undefined; author: Author },
): Promise<number> {
  const rows = await tx.execute<{ id: string }>(sql`
    update contacts c set lifecycle_stage = ${stage}, version = version + 1, updated_at = app_now()
    from (select id from contacts where id = any(${array(ids)}) and deleted_at is null and lifecycle_stage <> ${stage}
        and (not ${onlyIfNew} or lifecycle_stage = 'new')
      order by id for update) locked
    where c.id = locked.id returning c.id`);
  await noteOnTimelines(
    tx,
    rows.map(({ id }) => id),
    { type: "contact.stage_changed", ...author, data: { stage } },
  );
  return rows.length;
}

/** The sweeper wakes the campaign's first step for them. Who is in it already stays as they are. */
async function addTo(
  tx: TenantTx,
  ids: readonly string[],
  { campaignId, actorId }: { campaignId: string; actorId: string | null },
): Promise<Applied> {
  const { admitted, waiting } = await addContacts(tx, { campaignId, contactIds: ids, actorId });
  const refused = admitted.filter(({ outcome }) => outcome === "excluded" || outcome === "unmailable");
  const rows = await tx.execute<{ id: string; email: string }>(sql`
    select id, email from contacts where id = any(${array(refused.map(({ contactId }) => contactId))})`);
  const emails = new Map(rows.map(({ id, email }) => [id, email]));
  const failures = refused.map(({ contactId, outcome }) => ({
    contactId,
    email: emails.get(contactId) ?? null,
    reason:
      outcome === "excluded"
        ? "Left out by the rules of the campaign’s audience."
        : "May not be mailed: unsubscribed, bounced, archived or on a suppression list.",
  }));
  return { changed: waiting + admitted.filter(({ outcome }) => outcome === "enrolled").length, failures };
}

const stays: Record<string, string> = {
  unsubscribed: "Unsubscribed: only they can take that back, with the link in any mail they got.",
  bounced: "Mail to this address came back: give the contact another address.",
  complained: "Reported a mail as spam: that is final.",
};

/** Back from the archive. Who said stop, bounced or complained is told apart: nothing brings them back to active. */
async function restore(tx: TenantTx, ids: readonly string[], author: Author): Promise<Applied> {
  const back = await restoreContacts(tx, ids, author);
  const closed = await tx.execute<{ id: string; email: string; status: string }>(sql`
    select id, email, status from contacts
    where id = any(${array(ids)}) and deleted_at is null and status in ('unsubscribed', 'bounced', 'complained') order by id`);
  const failures = closed.map(({ id, email, status }) => ({
    contactId: id,
    email,
    reason: stays[status] ?? status,
  }));
  const failed = new Set(failures.map(({ contactId }) => contactId));
  return { changed: back.filter((id) => !failed.has(id)).length, failures };
}
