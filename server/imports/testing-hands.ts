import { sql } from "drizzle-orm";
import { type TenantTx, withTenant } from "#db/tenancy";
import {
  archiveContacts,
  deleteContacts,
  restoreContacts,
  unsubscribeContacts,
} from "#server/contacts/lifecycle";
import { mergeContacts } from "#server/contacts/merge";
import type { MergeInput } from "#server/contacts/merge-schema";
import { addTag, editContactField, removeTag } from "#server/contacts/mutations";
import { AppError } from "#server/errors";
import { addMembers, removeMembers } from "#server/lists/mutations";
import { correctRows } from "./correct.ts";
import { listBadRows } from "./corrections.ts";
import type { TestTenant } from "./testing.ts";
import { type Copied, heldBy, type Held, type Row } from "./testing-copy.ts";
import { address, type Hand } from "./testing-random.ts";

/*
 * People who work on contacts while an import and its undo are under way, for tests: what they do, by the functions of
 * the pages, and what of it must be there in the end.
 */

const byHand = "By hand";
type Meeting = { id: string; otherId: string | null; other: number; actorId: string; importId: string };
type Deed = (tx: TenantTx, meeting: Meeting) => Promise<unknown>;

const set =
  (field: string, valueOf: (meeting: Meeting) => string = () => byHand): Deed =>
  async (tx, meeting) => {
    const [row] = await tx.execute<{ seen: string }>(sql`
      select coalesce(to_jsonb(c) ->> ${field}::text, c.custom_fields ->> ${field.slice("custom.".length)}::text, '') as seen
      from contacts c where id = ${meeting.id}::uuid`);
    const edit = { id: meeting.id, field, seen: row?.seen ?? "", value: valueOf(meeting) };
    await editContactField(tx, edit, meeting.actorId);
  };

async function listNamed(tx: TenantTx, name: string): Promise<string> {
  const [list] = await tx.execute<{ id: string }>(sql`select id from segments where name = ${name}`);
  return list?.id ?? "";
}

/** All of the one, or the company and the plan of the other, or the other's address. */
const choices: MergeInput["choices"][] = [
  {},
  { company: "other", "custom.plan": "other" },
  { email: "other", first_name: "keep" },
];

const merge: Deed = async (tx, { id, otherId, other, actorId }) => {
  if (otherId === null) return;
  const rows = await tx.execute<{ id: string; version: number }>(sql`
    select id, version from contacts where id = any(${sql.param([id, otherId])}::uuid[])`);
  const side = (which: string) => ({
    id: which,
    version: rows.find((row) => row.id === which)?.version ?? 0,
  });
  const input = { keep: side(id), other: side(otherId), choices: choices[other % choices.length] ?? {} };
  await mergeContacts(tx, input, actorId);
};

/** The first of the bad rows becomes one of this person, as if the import's page said so. */
const correct: Deed = async (tx, { id, importId, actorId }) => {
  const [bad] = await tx.execute<{ code: string }>(sql`
    select code from import_row_errors where import_job_id = ${importId}::uuid and severity = 'error' order by row_no limit 1`);
  const [row] = bad ? await listBadRows(tx, { id: importId, code: bad.code, limit: 1 }) : [];
  const [contact] = await tx.execute<{ email: string }>(
    sql`select email from contacts where id = ${id}::uuid`,
  );
  if (!row?.cells || !contact) return;
  const rows = [{ line: row.line, cells: [contact.email, ...row.cells.slice(1)] }];
  await correctRows(tx, { id: importId, rows }, actorId);
};

const deeds: Record<Hand["act"], Deed> = {
  first_name: set("first_name"),
  company: set("company"),
  plan: set("custom.plan"),
  // That of somebody else, if nobody has it.
  email: set("email", ({ id, otherId, other }) =>
    otherId === null ? address(other) : `moved-${id.slice(-12)}@example.com`,
  ),
  delete: (tx, { id, actorId }) => deleteContacts(tx, [id], { actorId }),
  unsubscribe: (tx, { id, actorId }) => unsubscribeContacts(tx, [id], { actorId }),
  archive: (tx, { id, actorId }) => archiveContacts(tx, [id], { actorId }),
  restore: (tx, { id, actorId }) => restoreContacts(tx, [id], { actorId }),
  tag: (tx, { id, actorId }) => addTag(tx, { id, tag: "hand" }, actorId),
  untag: (tx, { id, actorId }) => removeTag(tx, { id, tag: "vip" }, actorId),
  list: async (tx, { id, actorId }) =>
    addMembers(tx, { id: await listNamed(tx, "Hand"), contactIds: [id], author: { actorId } }),
  unlist: async (tx, { id, actorId }) =>
    removeMembers(tx, { id: await listNamed(tx, "Old"), contactIds: [id], author: { actorId } }),
  merge,
  correct,
};

/** What the workspace would hold had there been hands only, and what they touched. */
export type Handiwork = {
  contacts: Map<string, Row>;
  tagged: Map<string, Row>;
  members: Map<string, Row>;
  /** Contacts that a hand changed, or somebody was merged into, each as it was left. */
  touched: Map<string, Row>;
  /** Contacts who said stop by a hand, or with whom somebody was merged who had. */
  stopped: Set<string>;
};

const keyed = (rows: readonly Row[], ...names: string[]) =>
  new Map(rows.map((row) => [names.map((name) => String(row[name])).join(" "), row]));

export const noHands = ({ contacts, tagged, members }: Copied): Handiwork => ({
  contacts: keyed(contacts, "id"),
  tagged: keyed(tagged, "contact_id", "tag_id"),
  members: keyed(members, "contact_id", "segment_id"),
  touched: new Map(),
  stopped: new Set(),
});

type Case = { importId: string; work: Handiwork };

/** Has hands do what they do, one after the other. Whom they do not find, or what is refused them, they leave. */
export async function lendHands(
  tenant: TestTenant,
  { importId, work }: Case,
  hands: readonly Hand[],
): Promise<void> {
  for (const hand of hands) {
    const done = await lend(tenant, importId, hand);
    if (!done) continue;
    const { id, otherId, before, after } = done;
    // What an import's page corrects is the import's.
    if (hand.act === "correct") continue;
    if (hand.act === "unsubscribe" && after.get(id)?.contact.deleted_at === null) work.stopped.add(id);
    if (hand.act === "merge" && otherId !== null && saidStop(work, otherId)) work.stopped.add(id);
    for (const [each, was] of before) note(work, each, was, after.get(each) ?? was);
  }
}

const saidStop = ({ stopped, contacts }: Handiwork, id: string) =>
  stopped.has(id) || ["unsubscribed", "complained"].includes(String(contacts.get(id)?.status));

/** Before and after are read under the contacts' locks: what differs is what the hand did, and nobody else. */
async function lend({ scope, userId }: TestTenant, importId: string, { who, other, act }: Hand) {
  const work = async (tx: TenantTx) => {
    const people = await tx.execute<{ id: string; email: string }>(sql`
      select id, email_normalized as email from contacts
      where email_normalized = any(${sql.param([address(who), address(other)])}::text[]) and deleted_at is null
      order by id for update`);
    const idOf = (email: string) => people.find((row) => row.email === email)?.id ?? null;
    const id = idOf(address(who));
    const otherId = who === other ? null : idOf(address(other));
    if (id === null) return null;
    const both = otherId === null ? [id] : [id, otherId];
    const before = await heldBy(tx, both);
    await deeds[act](tx, { id, otherId, other, actorId: userId, importId });
    return { id, otherId, before, after: await heldBy(tx, both) };
  };
  try {
    return await withTenant(scope, work);
  } catch (error) {
    // The import runs still, or brought the address meanwhile: the page says so, and nothing was written.
    if (error instanceof AppError && error.code === "conflict") return null;
    throw error;
  }
}

function note(work: Handiwork, id: string, was: Held, is: Held): void {
  if (isSame(was, is)) return;
  work.touched.set(id, is.contact);
  const known = work.contacts.get(id);
  if (known) work.contacts.set(id, changed(known, was.contact, is.contact));
  for (const part of ["tagged", "members"] as const) {
    for (const key of Object.keys(was[part])) if (!is[part][key]) work[part].delete(`${id} ${key}`);
    for (const [key, row] of Object.entries(is[part]))
      if (!isSame(was[part][key], row)) work[part].set(`${id} ${key}`, row);
  }
}

export const isSame = (one: unknown, than: unknown) => JSON.stringify(one) === JSON.stringify(than);

/** A row with what differs between two others. */
function changed(row: Row, was: Row, is: Row): Row {
  const next = { ...row };
  for (const name of new Set([...Object.keys(was), ...Object.keys(is)])) {
    if (isSame(was[name], is[name])) continue;
    if (name === "custom_fields") next[name] = changed(row[name] as Row, was[name] as Row, is[name] as Row);
    else if (is[name] === undefined) delete next[name];
    else next[name] = is[name];
  }
  return next;
}
