import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { readEmail } from "#server/contacts/address";
import { type Author, noteOnTimelines } from "#server/contacts/history";
import { recordAct } from "#server/audit";
import { AppError } from "#server/errors";
import { foldedName, mustBeFree, nameTaken } from "#server/segments/names";
import type { ListInput } from "./schema.ts";

/** Makes an empty list. Throws `conflict` when the name is taken. */
export async function createList(
  tx: TenantTx,
  { name, description }: ListInput,
  actorId: string,
): Promise<{ id: string }> {
  await mustBeFree(tx, name);
  const [made] = await tx
    .execute<{ id: string }>(
      sql`
      insert into segments (name, description, segment_type, created_by)
      values (${name}, ${description ?? null}, 'static', ${actorId}::uuid) returning id`,
    )
    .catch(nameTaken(name));
  if (!made) throw new Error("insert into segments returned no row.");
  await recordAct(tx, {
    actorId,
    action: "list.created",
    resourceType: "list",
    resourceId: made.id,
    after: { name },
  });
  return made;
}

/**
 * The ids of lists by name as it is written here; those that are missing are made, as of this import. Names that differ
 * in case alone are one list's, called as the first of them. A name that a segment has is nobody's. `created` are the
 * ids of the new ones.
 */
export async function ensureLists(
  tx: TenantTx,
  names: readonly string[],
  importId: string,
): Promise<{ ids: Map<string, string>; created: string[] }> {
  if (names.length === 0) return { ids: new Map(), created: [] };
  const found = await findLists(tx, names);
  if (names.every((name) => found.has(name))) return { ids: found, created: [] };
  // In the order of their names: imports at work beside each other wait for one another, and never in a circle.
  const made = await tx.execute<{ id: string }>(sql`
    insert into segments (name, description, segment_type, source_import_id)
    select w.name, 'From ' || j.file_name, 'static', j.id
    from (select distinct on (${foldedName(sql`name`)}) name
      from unnest(${sql.param([...names])}::text[]) with ordinality as u(name, place)
      order by ${foldedName(sql`name`)}, place) w, import_jobs j
    where j.id = ${importId}::uuid
      and not exists (select from segments s where ${foldedName(sql`s.name`)} = ${foldedName(sql`w.name`)})
    order by ${foldedName(sql`w.name`)} on conflict do nothing returning id`);
  return { ids: await findLists(tx, names), created: made.map(({ id }) => id) };
}

/** The ids of those that are there. */
async function findLists(tx: TenantTx, names: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.execute<{ name: string; id: string }>(sql`
    select w.name, s.id from unnest(${sql.param([...names])}::text[]) as w(name)
    join segments s on ${foldedName(sql`s.name`)} = ${foldedName(sql`w.name`)} and s.segment_type = 'static'`);
  return new Map(rows.map(({ name, id }) => [name, id]));
}

export async function updateList(
  tx: TenantTx,
  { id, name, description }: ListInput & { id: string },
  actorId: string,
): Promise<void> {
  await mustBeFree(tx, name, { except: id });
  const rows = await tx
    .execute(
      sql`
      update segments set name = ${name}, description = ${description ?? null}, updated_at = app_now()
      where id = ${id}::uuid and segment_type = 'static' returning id`,
    )
    .catch(nameTaken(name));
  if (rows.length === 0) throw new AppError("not_found", "No such list.");
  await recordAct(tx, {
    actorId,
    action: "list.updated",
    resourceType: "list",
    resourceId: id,
    after: { name },
  });
}

type Members = { id: string; contactIds: string[]; author: Author };

/** Puts contacts on a list; those that are on it stay. Returns how many are new on it. */
export async function addMembers(
  tx: TenantTx,
  { id, contactIds, author }: Members,
): Promise<{ added: number }> {
  const name = await lockList(tx, id);
  const rows = await tx.execute<{ id: string }>(sql`
    insert into segment_contacts (segment_id, contact_id, added_via)
    select ${id}::uuid, c.id, ${author.campaignId ? "action" : "manual"} from contacts c
    where c.id = any (${sql.param(contactIds)}::uuid[]) and c.deleted_at is null order by c.id
    on conflict do nothing returning contact_id as id`);
  await noteMembers(tx, rows, { type: "list.added", list: { id, name }, author });
  await recount(tx, id, rows.length);
  return { added: rows.length };
}

export type AddedAddresses = { added: number; already: number; unknown: string[]; invalid: string[] };

/** Puts the contacts with these addresses on a list, and names the addresses that are not those of a contact. */
export async function addAddresses(
  tx: TenantTx,
  { id, emails, author }: { id: string; emails: string[]; author: Author },
): Promise<AddedAddresses> {
  const read = emails.map((typed) => ({ typed, address: readEmail(typed) }));
  const wanted = new Map(
    read.flatMap(({ typed, address }) => ("normalized" in address ? [[address.normalized, typed]] : [])),
  );
  const found = await tx.execute<{ id: string; email: string }>(sql`
    select id, email_normalized as email from contacts
    where email_normalized = any (${sql.param([...wanted.keys()])}::text[]) and deleted_at is null`);
  const known = new Set(found.map(({ email }) => email));
  const { added } =
    found.length > 0
      ? await addMembers(tx, { id, contactIds: found.map((row) => row.id), author })
      : (await lockList(tx, id), { added: 0 });
  return {
    added,
    already: found.length - added,
    unknown: [...wanted].filter(([normalized]) => !known.has(normalized)).map(([, typed]) => typed),
    invalid: read.filter(({ address }) => "problem" in address).map(({ typed }) => typed),
  };
}

export async function removeMembers(
  tx: TenantTx,
  { id, contactIds, author }: Members,
): Promise<{ removed: number }> {
  const name = await lockList(tx, id);
  const rows = await tx.execute<{ id: string }>(sql`
    delete from segment_contacts where segment_id = ${id}::uuid and contact_id = any (${sql.param(contactIds)}::uuid[])
    returning contact_id as id`);
  await noteMembers(tx, rows, { type: "list.removed", list: { id, name }, author });
  await recount(tx, id, -rows.length);
  return { removed: rows.length };
}

const noteMembers = (
  tx: TenantTx,
  rows: readonly { id: string }[],
  { type, list, author }: { type: string; list: { id: string; name: string }; author: Author },
) =>
  noteOnTimelines(
    tx,
    rows.map(({ id }) => id),
    { type, ...author, data: { list: list.name }, ref: { type: "list", id: list.id } },
  );

async function lockList(tx: TenantTx, id: string): Promise<string> {
  const [list] = await tx.execute<{ name: string }>(
    sql`select name from segments where id = ${id}::uuid and segment_type = 'static' for no key update`,
  );
  if (!list) throw new AppError("not_found", "No such list.");
  return list.name;
}

const recount = (tx: TenantTx, id: string, difference: number) =>
  tx.execute(
    sql`update segments set contact_count = greatest(0, contact_count + ${difference}), updated_at = app_now() where id = ${id}::uuid`,
  );
