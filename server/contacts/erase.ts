import { sql } from "drizzle-orm";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { exitContacts } from "#server/enrollments/exits";
import { AppError } from "#server/errors";
import { removeExport } from "#server/exports/expire";
import { holdOffExports } from "#server/exports/progress";
import { storage } from "#server/storage";
import { eraseImports, eraseMail, eraseQuestions, markSuppressed, type Person } from "./erase-traces.ts";

const moving = ["pending", "fetching", "validating", "processing", "rolling_back"];

/**
 * Erases a person's data for good, and that of contacts with the same address that were deleted before, or that were
 * merged into this one. What remains:
 * the rows of the ledger without address, subject and text, so that the numbers of campaigns stay true; the audit log,
 * whose entries nobody can change; and, when the person was not to be mailed, a mark of the address that cannot be read
 * back, so that the same address is not mailed again.
 *
 * Stored import files that held the person go first: dying in between leaves a contact that can be erased again. Files
 * of exports lose their links with the rows, and go after them: dying in between leaves them to the hourly clean-up.
 * Throws `not_found`, and `conflict` while an import or an export is at work on the contact's data.
 */
export async function eraseContact(scope: Scope & { userId: string }, id: string): Promise<void> {
  const folders = await withTenant(scope, async (tx) => {
    const people = await findPeople(tx, id);
    await refuseWhileMoving(tx, people[0]);
    const folders: string[] = [];
    for (const person of people) folders.push(...(await importFolders(tx, person)));
    return [...new Set(folders)];
  });
  for (const folder of folders) await storage.removeFolder(folder);
  const exports = await withTenant(scope, (tx) => eraseRows(tx, { id, scope, folders }));
  for (const exportId of exports) await removeExport(scope, exportId);
}

/**
 * The person by each of their addresses, that of the contact first: who was merged into it may have had another one.
 * The contacts are the same each time: the contact, those merged into it, and those deleted before with an address of theirs.
 */
async function findPeople(tx: TenantTx, id: string): Promise<[Person, ...Person[]]> {
  const rows = await tx.execute<Person>(sql`
    with own as materialized (
      select c.id, c.email_normalized, lower(c.email) as typed, c.status from contacts c
      where c.id = ${id}::uuid and c.email_normalized not like 'erased-%@erased.invalid'
      union all select c.id, c.email_normalized, lower(c.email), c.status from contacts c where c.merged_into_id = ${id}::uuid)
    select address, typed, status, array(
      select distinct o.id from contacts o where o.id in (select own.id from own) or o.deleted_at is not null
        and o.email_normalized = any(array(select own.email_normalized from own)) order by 1) as ids
    from (select distinct on (email_normalized) id, email_normalized as address, typed, status from own
      order by email_normalized, id <> ${id}::uuid) addresses
    where exists (select from own where own.id = ${id}::uuid) order by id <> ${id}::uuid, address`);
  const [first, ...others] = rows;
  if (!first) throw new AppError("not_found", "No such contact.");
  return [first, ...others];
}

async function refuseWhileMoving(tx: TenantTx, { ids }: Person): Promise<void> {
  const [busy] = await tx.execute<{ what: string }>(sql`
    select 'import' as what from import_events e join import_jobs j on j.id = e.import_job_id
    where e.contact_id = any(${sql.param(ids)}::uuid[]) and j.status = any(${sql.param(moving)}::text[])
    union all select 'export' from export_jobs where status in ('pending', 'processing') limit 1`);
  if (!busy) return;
  throw new AppError(
    "conflict",
    `An ${busy.what} is at work on this contact's data. Erase it when that has ended, in a few minutes.`,
  );
}

/** The folders of imports whose files hold the person: as a contact, or in a row that was not taken. */
async function importFolders(tx: TenantTx, { ids, address, typed }: Person): Promise<string[]> {
  const rows = await tx.execute<{ folder: string }>(sql`
    select j.file_url as folder from import_jobs j
    where j.file_url is not null and j.id in (
      select import_job_id from import_events
      where contact_id = any(${sql.param(ids)}::uuid[]) or contact_email = ${address}
      union select import_job_id from import_row_errors
      where strpos(lower(concat(raw_row::text, value, corrected_row::text)), ${address}) > 0
        or strpos(lower(concat(raw_row::text, value, corrected_row::text)), ${typed}) > 0)`);
  return rows.map(({ folder }) => folder);
}

type Erasure = { id: string; scope: Scope & { userId: string }; folders: string[] };

/** Returns the exports whose files are to go. */
async function eraseRows(tx: TenantTx, { id, scope, folders }: Erasure): Promise<string[]> {
  await holdOffExports(tx, scope.workspaceId);
  const people = await findPeople(tx, id);
  const { ids } = people[0];
  await refuseWhileMoving(tx, people[0]);
  const those = sql`any(${sql.param(ids)}::uuid[])`;
  await exitContacts(tx, { contactIds: ids, reason: "contact_deleted" });
  for (const person of people) await eraseMail(tx, person);
  await tx.execute(sql`select 1 from contacts where id = ${those} order by id for update`);
  for (const person of people) await markSuppressed(tx, person);
  await tx.execute(sql`
    with left_lists as (
      delete from segment_contacts where contact_id = ${those} returning segment_id)
    update segments s set contact_count = greatest(0, contact_count - l.left_count), updated_at = app_now()
    from (select segment_id, count(*)::int as left_count from left_lists group by segment_id) l where s.id = l.segment_id`);
  for (const table of [
    "contact_tags",
    "contact_events",
    "custom_events",
    "campaign_arrivals",
    "campaign_conversions",
    "consent_records",
    "contact_scores",
    "contact_send_preferences",
    "score_events",
    "webhook_calls",
    "tasks",
    "email_drafts",
  ])
    await tx.execute(sql`delete from ${sql.identifier(table)} where contact_id = ${those}`);
  for (const person of people) {
    await eraseImports(tx, person, folders);
    await eraseQuestions(tx, person);
  }
  await eraseFields(tx, people[0]);
  const exports = await tx.execute<{ id: string }>(sql`
    update export_jobs set expires_at = least(expires_at, app_now()), updated_at = app_now()
    where status not in ('pending', 'processing', 'expired')
      and (file_url is not null or completed_at > app_now() - interval '2 days') returning id`);
  await recordAct(tx, {
    actorId: scope.userId,
    action: "contact.erased",
    resourceType: "contact",
    resourceId: id,
  });
  return exports.map((row) => row.id);
}

const eraseFields = (tx: TenantTx, { ids }: Person) =>
  tx.execute(sql`
    update contacts set email = 'erased-' || id || '@erased.invalid', email_normalized = 'erased-' || id || '@erased.invalid',
      first_name = null, last_name = null, name = null, company = null, job_title = null, phone = null, city = null,
      state = null, country = null, timezone = null, language = null, custom_fields = '{}', raw_data = null,
      enriched_data = null, status = 'archived', lifecycle_stage = 'new', lead_score = 0, owner_id = null, snoozed_until = null, first_source_import_id = null,
      consent_basis = null, consent_source = null, consent_at = null, deleted_at = coalesce(deleted_at, app_now()),
      version = version + 1, updated_at = app_now()
    where id = any(${sql.param(ids)}::uuid[])`);
