import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { exitContacts } from "#server/enrollments/exits";
import { AppError } from "#server/errors";
import { type Author, noteOnTimelines } from "./history.ts";
import { mayStop, momentsKept, standing, stops } from "./standing.ts";

/*
 * Leaving and coming back, for many contacts at once. Campaigns are left first: messages and enrollments are locked
 * before contacts everywhere. What is being handed over to a mail server at this moment cannot be called back.
 */

/**
 * Takes contacts off every page; what they received stays in the ledger. Whoever may not be written to stays so: the
 * address is closed, also when only a file said so, for the day it comes in again. Returns the ids of those that were there.
 */
export async function deleteContacts(
  tx: TenantTx,
  ids: readonly string[],
  author: Author,
): Promise<string[]> {
  await exitContacts(tx, { contactIds: ids, reason: "contact_deleted" });
  const gone = await tx.execute<{ id: string }>(sql`
    update contacts c set deleted_at = app_now(), updated_at = app_now(), version = version + 1
    from ${inOrder(ids)} locked where c.id = locked.id returning c.id`);
  await tx.execute(sql`
    insert into suppressions (email_normalized, scope, workspace_id, reason, source, added_by)
    select email_normalized, 'workspace', workspace_id, case when complained_at is not null then 'complained'
        when unsubscribed_at is not null then 'unsubscribed' when bounced_at is not null then 'bounced' else status end,
      'deletion', ${author.actorId}::uuid
    from contacts where id = any(${sql.param(gone.map(idOf))}::uuid[]) and (status in ('unsubscribed', 'bounced', 'complained')
      or status = 'archived' and coalesce(complained_at, unsubscribed_at, bounced_at) is not null)
    on conflict do nothing`);
  await noteOnTimelines(tx, gone.map(idOf), { type: "contact.deleted", ...author });
  return gone.map(idOf);
}

/** Keeps contacts but leaves them out of every campaign. Returns the ids of those that were not archived yet. */
export async function archiveContacts(
  tx: TenantTx,
  ids: readonly string[],
  author: Author,
): Promise<string[]> {
  await exitContacts(tx, { contactIds: ids, reason: "contact_deleted" });
  const archived = await tx.execute<{ id: string }>(sql`
    update contacts c set status = 'archived', ${momentsKept}, updated_at = app_now(), version = version + 1
    from ${inOrder(ids)} locked where c.id = locked.id and c.status <> 'archived' returning c.id`);
  await noteOnTimelines(tx, archived.map(idOf), { type: "contact.archived", ...author });
  return archived.map(idOf);
}

/**
 * Takes contacts back from the archive, with the consent they had: who unsubscribed, bounced or complained before or
 * meanwhile is that again. Returns the ids of those that came back.
 */
export async function restoreContacts(
  tx: TenantTx,
  ids: readonly string[],
  author: Author,
): Promise<string[]> {
  const back = await tx.execute<{ id: string }>(sql`
    update contacts c set status = ${standing}, updated_at = app_now(), version = version + 1
    from ${inOrder(ids)} locked where c.id = locked.id and c.status = 'archived' returning c.id`);
  await noteOnTimelines(tx, back.map(idOf), { type: "contact.restored", ...author });
  return back.map(idOf);
}

/**
 * Notes that contacts said stop: they leave every campaign, and the address is closed to this workspace. Who bounced,
 * complained or is archived keeps that status; whoever a file alone said it of has said it themselves now, and that file's undo does
 * not take it back. Returns the ids of those of whom it was not known yet.
 */
export async function unsubscribeContacts(
  tx: TenantTx,
  ids: readonly string[],
  author: Author,
): Promise<string[]> {
  const [source, how] = author.campaignId ? ["campaign", "by a campaign"] : ["manual", "by hand"];
  await exitContacts(tx, { contactIds: ids, reason: "unsubscribed" });
  const changed = await tx.execute<{ id: string }>(sql`
    update contacts c set ${stops}, updated_at = app_now(), version = version + 1
    from ${inOrder(ids)} locked where c.id = locked.id and ${mayStop} returning c.id`);
  const closed = await tx.execute<{ id: string }>(sql`
    with added as (
      insert into suppressions (email_normalized, scope, workspace_id, reason, source, added_by)
      select email_normalized, 'workspace', workspace_id, 'unsubscribed', ${source}, ${author.actorId}::uuid
      from contacts where id = any(${sql.param([...ids])}::uuid[]) and deleted_at is null
      order by email_normalized on conflict do nothing returning email_normalized)
    select c.id from contacts c join added a on a.email_normalized = c.email_normalized
    where c.id = any(${sql.param([...ids])}::uuid[]) and c.deleted_at is null`);
  const stopped = [...new Set([...changed, ...closed].map(idOf))];
  await tx.execute(sql`
    insert into consent_records (contact_id, action, basis, source)
    select id, 'withdrawn', 'unsubscribed', ${`noted ${how}`} from unnest(${sql.param(stopped)}::uuid[]) as id`);
  await noteOnTimelines(tx, stopped, { type: "contact.unsubscribed", ...author, data: { source: how } });
  return stopped;
}

const idOf = ({ id }: { id: string }) => id;

/** The contacts that are there, locked in the order in which everybody locks them. */
const inOrder = (ids: readonly string[]) => sql`(
  select id from contacts where id = any(${sql.param([...ids])}::uuid[]) and deleted_at is null order by id for update)`;

const acts = {
  delete: deleteContacts,
  archive: archiveContacts,
  restore: restoreContacts,
  unsubscribe: unsubscribeContacts,
} as const;
const facts = {
  delete: "deleted",
  archive: "archived",
  restore: "restored",
  unsubscribe: "unsubscribed",
} as const;

/** One of these for one contact, on the audit log. Throws `not_found`; doing it again changes nothing. */
export async function moveContact(
  tx: TenantTx,
  { id, act }: { id: string; act: keyof typeof acts },
  actorId: string,
): Promise<void> {
  const [contact] = await tx.execute<{ email: string }>(
    sql`select email from contacts where id = ${id}::uuid and deleted_at is null`,
  );
  if (!contact) throw new AppError("not_found", "No such contact.");
  const [moved] = await acts[act](tx, [id], { actorId });
  if (!moved) return;
  await recordAct(tx, {
    actorId,
    action: `contact.${facts[act]}`,
    resourceType: "contact",
    resourceId: id,
    before: { email: contact.email },
  });
}
