import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { forgetNotifications } from "#server/notifications/mutations";

/*
 * What others keep about a person who is being erased.
 */

/** `address` is normalised, `typed` as it was entered, in lower case. `ids`: the contact, whoever was merged into it, and their deleted namesakes. */
export type Person = { ids: string[]; address: string; typed: string; status: string };

const those = ({ ids }: Person) => sql`any(${sql.param(ids)}::uuid[])`;

/** The ledger keeps that a message was sent and what came of it, not to whom nor what it said. */
export async function eraseMail(tx: TenantTx, person: Person): Promise<void> {
  await tx.execute(sql`
    delete from content.email_content b using content.email_messages m
    where m.contact_id = ${those(person)} and b.message_id = m.id`);
  // Who was told of a reply read its name and first words.
  const answered = await tx.execute<{ path: string }>(sql`
    select distinct '/campaigns/' || campaign_id || '#replies' as path from content.email_messages
    where contact_id = ${those(person)} and direction = 'inbound' and campaign_id is not null`);
  await forgetNotifications(tx, { contactIds: person.ids, paths: answered.map(({ path }) => path) });
  await tx.execute(sql`
    update content.email_messages set to_email = case when direction = 'outbound' then 'erased@erased.invalid' else to_email end,
      from_email = case when direction = 'inbound' then 'erased@erased.invalid' else from_email end,
      from_name = case when direction = 'inbound' then null else from_name end, reply_to = null, recipient_domain = null,
      subject = null, snippet = null, merge_values = null, error = null, smtp_response = null, updated_at = app_now()
    where contact_id = ${those(person)}`);
  await tx.execute(sql`
    update email_drafts set subject = '', preview_text = '', body = '', edited_subject = null, edited_body = null,
      reject_reason = null, problem = null, writing_problem = null, updated_at = app_now()
    where contact_id = ${those(person)}`);
  // What a server said of a mail names its recipient, and links may carry an address of their own.
  await tx.execute(sql`
    update email_events set ip = null, user_agent = null, data = data - 'diagnostic',
      url = case when strpos(lower(url), ${person.address}) > 0 or strpos(lower(url), ${person.typed}) > 0 then null else url end
    where contact_id = ${those(person)}`);
}

/** Suppressions of the address become marks; somebody who was not to be mailed for another reason gets one. */
export async function markSuppressed(tx: TenantTx, { address, status }: Person): Promise<void> {
  const mark = sql`(suppression_keys((select nullif(current_setting('app.current_tenant_id', true), '')::uuid), ${address}))[3]`;
  if (["unsubscribed", "bounced", "complained"].includes(status)) {
    await tx.execute(sql`
      insert into suppressions (email_normalized, scope, workspace_id, reason, source)
      values (${mark}, 'workspace', current_setting('app.current_workspace_id')::uuid, ${status}, 'erasure')
      on conflict do nothing`);
  }
  await tx.execute(sql`
    insert into suppressions (email_normalized, scope, workspace_id, category, reason, source, expires_at)
    select ${mark}, scope, workspace_id, category, reason, 'erasure', expires_at
    from suppressions where email_normalized = ${address} on conflict do nothing`);
  await tx.execute(sql`delete from suppressions where email_normalized = ${address}`);
  await tx.execute(sql`delete from lifted_suppressions where email_normalized = ${address}`);
}

/** Undo events and rejected rows forget the person; that there was a row stays, and that its file is not kept. */
export async function eraseImports(tx: TenantTx, person: Person, folders: readonly string[]): Promise<void> {
  const { address, typed } = person;
  const held = sql`lower(concat(raw_row::text, value, corrected_row::text))`;
  await tx.execute(sql`
    update import_row_errors r set value = null, raw_row = null, corrected_row = null, message = 'Erased with the contact.'
    where strpos(${held}, ${address}) > 0 or strpos(${held}, ${typed}) > 0
      or (r.import_job_id, r.row_no) in (select e.import_job_id, e.row_no from import_events e
        where e.contact_id = ${those(person)} or e.contact_email = ${address})`);
  const jobs = await tx.execute<{ id: string }>(sql`
    update import_events set contact_email = 'erased@erased.invalid', previous_data = null, new_data = '{}'
    where contact_id = ${those(person)} or contact_email = ${address} returning import_job_id as id`);
  await tx.execute(sql`
    update import_jobs set errors = '[]' where id = any(${sql.param(jobs.map((job) => job.id))}::uuid[])`);
  await tx.execute(sql`
    update import_jobs set file_url = null, file_format = file_format #- '{format,spool}', updated_at = app_now()
    where file_url = any(${sql.param([...folders])}::text[])`);
}

/** What colleagues searched for when they changed or exported many contacts at once, and whom that could not change. */
export async function eraseQuestions(tx: TenantTx, person: Person): Promise<void> {
  await tx.execute(
    sql`update contact_edit_failures set contact_email = null where contact_id = ${those(person)}`,
  );
  const asked = (column: string) =>
    sql`strpos(lower(${sql.identifier(column)} #>> '{filter,q}'), ${person.address}) > 0`;
  const forgotten = (column: string) =>
    sql`${sql.identifier(column)} = jsonb_set(${sql.identifier(column)}, '{filter,q}', '"erased"')`;
  const ended = sql`status not in ('pending', 'processing')`;
  await tx.execute(
    sql`update contact_edits set ${forgotten("selection")} where ${ended} and ${asked("selection")}`,
  );
  await tx.execute(
    sql`update export_jobs set ${forgotten("filters")} where ${ended} and ${asked("filters")}`,
  );
}
