import { sql } from "drizzle-orm";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { exitContacts } from "#server/enrollments/exits";
import { AppError } from "#server/errors";
import { partCount, partKey } from "#server/imports/file";
import { storage } from "#server/storage";

const moving = ["pending", "validating", "processing", "rolling_back"];

/**
 * Erases a person's data for good. What remains: the rows of the ledger without address, subject and text, so that the
 * numbers of campaigns stay true; the audit log, whose entries nobody can change; and, when the person was not to be
 * mailed, a mark of the address that cannot be read back, so that the same address is not mailed again.
 *
 * Stored import files that held the person go first: dying in between leaves a contact that can be erased again.
 * Throws `not_found`, and `conflict` while an import or an export is at work on the contact's data.
 */
export async function eraseContact(scope: Scope & { userId: string }, id: string): Promise<void> {
  const files = await withTenant(scope, async (tx) => {
    await findEmail(tx, id);
    await refuseWhileMoving(tx, id);
    return importFiles(tx, id);
  });
  for (const { folder, sizeBytes } of files) {
    for (let part = 0; part < partCount(sizeBytes); part++) await storage.remove(partKey(folder, part));
  }
  await withTenant(scope, (tx) => eraseRows(tx, id, scope.userId));
}

async function findEmail(tx: TenantTx, id: string): Promise<string> {
  const [row] = await tx.execute<{ email: string }>(
    sql`select email_normalized as email from contacts where id = ${id}::uuid and email_normalized not like 'erased-%@erased.invalid'`,
  );
  if (!row) throw new AppError("not_found", "No such contact.");
  return row.email;
}

async function refuseWhileMoving(tx: TenantTx, id: string): Promise<void> {
  const [busy] = await tx.execute<{ what: string }>(sql`
    select 'import' as what from import_events e join import_jobs j on j.id = e.import_job_id
    where e.contact_id = ${id}::uuid and j.status = any(${sql.param(moving)}::text[])
    union all select 'export' from export_jobs where status in ('pending', 'processing') limit 1`);
  if (!busy) return;
  throw new AppError(
    "conflict",
    `An ${busy.what} is at work on this contact's data. Erase it when that has ended, in a few minutes.`,
  );
}

const importFiles = (tx: TenantTx, id: string) =>
  tx.execute<{ folder: string; sizeBytes: number }>(sql`
    select distinct j.file_url as folder, coalesce(j.file_size, 0) as "sizeBytes"
    from import_events e join import_jobs j on j.id = e.import_job_id
    where e.contact_id = ${id}::uuid and j.file_url is not null`);

async function eraseRows(tx: TenantTx, id: string, actorId: string): Promise<void> {
  await exitContacts(tx, { contactIds: [id], reason: "contact_deleted" });
  await eraseMail(tx, id);
  const [contact] = await tx.execute<{ email: string; status: string }>(sql`
    select email_normalized as email, status from contacts where id = ${id}::uuid for update`);
  if (!contact) throw new AppError("not_found", "No such contact.");
  await markSuppressed(tx, contact);
  await tx.execute(sql`
    with left_lists as (
      delete from segment_contacts where contact_id = ${id}::uuid returning segment_id)
    update segments s set contact_count = greatest(0, contact_count - 1), updated_at = app_now()
    from left_lists l where s.id = l.segment_id`);
  for (const table of [
    "contact_tags",
    "contact_events",
    "consent_records",
    "contact_scores",
    "score_events",
    "email_drafts",
  ])
    await tx.execute(sql`delete from ${sql.identifier(table)} where contact_id = ${id}::uuid`);
  await eraseImports(tx, id, contact.email);
  // Finished files may hold the person: their links end now, and the hourly clean-up removes them.
  await tx.execute(sql`
    update export_jobs set expires_at = app_now(), updated_at = app_now()
    where status = 'completed' and expires_at > app_now()`);
  await tx.execute(sql`update contact_edit_failures set contact_email = null where contact_id = ${id}::uuid`);
  const nobody = `erased-${id}@erased.invalid`;
  await tx.execute(sql`
    update contacts set email = ${nobody}, email_normalized = ${nobody}, first_name = null, last_name = null, name = null,
      company = null, job_title = null, phone = null, city = null, state = null, country = null, timezone = null,
      language = null, custom_fields = '{}', raw_data = null, enriched_data = null, status = 'archived',
      lifecycle_stage = 'new', lead_score = 0, first_source_import_id = null, consent_basis = null, consent_source = null,
      consent_at = null, deleted_at = coalesce(deleted_at, app_now()), version = version + 1, updated_at = app_now()
    where id = ${id}::uuid`);
  await recordAct(tx, { actorId, action: "contact.erased", resourceType: "contact", resourceId: id });
}

/** The ledger keeps that a message was sent and what came of it, not to whom nor what it said. */
async function eraseMail(tx: TenantTx, id: string): Promise<void> {
  await tx.execute(sql`
    delete from content.email_content b using content.email_messages m
    where m.contact_id = ${id}::uuid and b.message_id = m.id`);
  await tx.execute(sql`
    update content.email_messages set to_email = case when direction = 'outbound' then 'erased@erased.invalid' else to_email end,
      from_email = case when direction = 'inbound' then 'erased@erased.invalid' else from_email end,
      from_name = case when direction = 'inbound' then null else from_name end, reply_to = null, recipient_domain = null,
      subject = null, snippet = null, merge_values = null, error = null, smtp_response = null, updated_at = app_now()
    where contact_id = ${id}::uuid`);
  await tx.execute(sql`update email_events set ip = null, user_agent = null where contact_id = ${id}::uuid`);
}

/** Suppressions of the address become marks; somebody who was not to be mailed for another reason gets one. */
async function markSuppressed(
  tx: TenantTx,
  { email, status }: { email: string; status: string },
): Promise<void> {
  const mark = sql`(suppression_keys((select nullif(current_setting('app.current_tenant_id', true), '')::uuid), ${email}))[3]`;
  if (["unsubscribed", "bounced", "complained"].includes(status)) {
    await tx.execute(sql`
      insert into suppressions (email_normalized, scope, workspace_id, reason, source)
      values (${mark}, 'workspace', current_setting('app.current_workspace_id')::uuid, ${status}, 'erasure')
      on conflict do nothing`);
  }
  await tx.execute(sql`
    insert into suppressions (email_normalized, scope, workspace_id, category, reason, source, expires_at)
    select ${mark}, scope, workspace_id, category, reason, 'erasure', expires_at
    from suppressions where email_normalized = ${email} on conflict do nothing`);
  await tx.execute(sql`delete from suppressions where email_normalized = ${email}`);
}

/** Undo events and rejected rows forget the person; that there was a row stays. */
async function eraseImports(tx: TenantTx, id: string, email: string): Promise<void> {
  const jobs = await tx.execute<{ id: string }>(sql`
    update import_events set contact_email = 'erased@erased.invalid', previous_data = null, new_data = '{}'
    where contact_id = ${id}::uuid or contact_email = ${email} returning import_job_id as id`);
  await tx.execute(sql`
    update import_row_errors set value = null, raw_row = null, message = 'Erased with the contact.'
    where strpos(lower(coalesce(raw_row::text, '') || coalesce(value, '')), ${email}) > 0`);
  await tx.execute(sql`
    update import_jobs set errors = '[]' where id = any(${sql.param(jobs.map((job) => job.id))}::uuid[])`);
}
