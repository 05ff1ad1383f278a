import type postgres from "postgres";

/** Of ten contacts one after the other, those from this one on are left alone. */
const leftAlone = 8;

/** So many of `rows` contacts an import and its undo leave behind once they were touched. */
export const touchedOf = (rows: number) => Math.floor(rows / 10) * leftAlone + Math.min(rows % 10, leftAlone);

/**
 * What weeks of work do to the contacts of a workspace, as the pages and the sending leave it: of every ten, three are
 * edited, two mailed, one unsubscribed, one merged into the next one, and two left alone.
 */
export async function touch(
  sql: postgres.Sql,
  { tenantId, workspaceId }: { tenantId: string; workspaceId: string },
): Promise<void> {
  await sql`drop table if exists touched`;
  await sql`create temporary table touched as
    select id, email, (row_number() over (order by id) - 1) % 10 as nth, lead(id) over (order by id) as next
    from contacts where workspace_id = ${workspaceId} and deleted_at is null`;
  await sql`update contacts c set first_name = 'By hand', version = version + 1, updated_at = app_now()
    from touched t where t.id = c.id and t.nth in (0, 1, 2)`;
  await sql`insert into content.email_messages (tenant_id, workspace_id, contact_id, direction, message_type, from_email,
      to_email, subject, delivery_status, sent_at)
    select ${tenantId}, ${workspaceId}, id, 'outbound', 'email', 'us@example.com', email, 'Hello', 'sent', app_now()
    from touched where nth in (3, 4)`;
  await sql`update contacts c set status = 'unsubscribed', unsubscribed_at = app_now(), version = version + 1, updated_at = app_now()
    from touched t where t.id = c.id and t.nth = 5`;
  await sql`update contacts c set deleted_at = app_now(), merged_into_id = t.next, version = version + 1, updated_at = app_now()
    from touched t where t.id = c.id and t.nth = 6 and t.next is not null`;
  await sql`update contacts c set version = version + 1, updated_at = app_now()
    from touched t where t.id = c.id and t.nth = 7`;
  await sql`insert into contact_events (tenant_id, workspace_id, contact_id, type)
    select ${tenantId}, ${workspaceId}, id, case nth when 5 then 'contact.unsubscribed' when 6 then 'contact.merged_away'
      when 7 then 'contact.merged' else 'contact.updated' end
    from touched where nth in (0, 1, 2, 5, 6, 7)`;
  // As autovacuum does long before anybody undoes anything.
  await sql`vacuum analyze contacts`;
  await sql`analyze content.email_messages`;
  await sql`analyze contact_events`;
}
