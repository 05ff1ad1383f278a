import { sql } from "drizzle-orm";
import { auditLog } from "#db/schema/tenants";
import type { TenantTx } from "#db/tenancy";
import { mayReturn, mayStop, returns, stops } from "#server/contacts/standing";
import { exitContacts } from "#server/enrollments/exits";
import type { LinkToken } from "./tokens.ts";

/** How somebody said it: by the mail program's own button, by ours on the page, or in an answer. */
export type ConsentSource = "one_click" | "page" | "reply";

/** The message that it was said about. */
type OfMessage = Pick<LinkToken, "messageId">;

/** What the page shows: whose address, masked; the sender's name; whether the address is out. */
export type Consent = { address: string; workspace: string; unsubscribed: boolean };

type MessageRow = {
  id: string;
  contactId: string | null;
  email: string;
  address: string;
  workspaceId: string;
};

/** Null when the message is gone. Changes nothing. */
export async function findConsent(tx: TenantTx, token: LinkToken): Promise<Consent | null> {
  const [row] = await tx.execute<{ to: string; workspace: string; unsubscribed: boolean }>(sql`
    select m.to_email as to, w.name as workspace,
      exists (select from suppressions s where s.email_normalized = coalesce(c.email_normalized, lower(m.to_email))
        and s.scope in ('tenant', 'workspace') and (s.expires_at is null or s.expires_at > app_now())) as unsubscribed
    from content.email_messages m join workspaces w on w.id = m.workspace_id
      left join contacts c on c.id = m.contact_id
    where m.id = ${token.messageId}::uuid`);
  return row ? { address: masked(row.to), workspace: row.workspace, unsubscribed: row.unsubscribed } : null;
}

/** `a•••@example.com`: a forwarded mail must not tell its reader the whole address. */
function masked(address: string): string {
  const at = address.lastIndexOf("@");
  return `${address.slice(0, 1)}•••${address.slice(at)}`;
}

async function lockMessage(tx: TenantTx, token: OfMessage): Promise<MessageRow | undefined> {
  const [row] = await tx.execute<MessageRow>(sql`
    select m.id, m.contact_id as "contactId", m.workspace_id as "workspaceId", m.to_email as address,
      coalesce((select c.email_normalized from contacts c where c.id = m.contact_id), lower(m.to_email)) as email
    from content.email_messages m where m.id = ${token.messageId}::uuid for no key update of m`);
  return row;
}

/**
 * Nobody of this workspace mails the address again: it is suppressed, the contact and everyone else of that address is
 * unsubscribed, and leaves every campaign. Doing it again changes nothing. False when the message is gone.
 */
export async function unsubscribe(tx: TenantTx, token: OfMessage, source: ConsentSource): Promise<boolean> {
  const message = await lockMessage(tx, token);
  if (!message) return false;
  await tx.execute(sql`
    with first as (
      update content.email_messages set unsubscribed_at = app_now(), updated_at = app_now()
      where id = ${message.id}::uuid and unsubscribed_at is null
      returning id, campaign_id, step_id, contact_id, enrollment_id
    )
    insert into email_events (message_id, campaign_id, step_id, contact_id, enrollment_id, type, data)
    select id, campaign_id, step_id, contact_id, enrollment_id, 'unsubscribed', jsonb_build_object('source', ${source}::text)
    from first`);
  const contacts = await tx.execute<{ id: string }>(sql`
    select id from contacts where email_normalized = ${message.email} and deleted_at is null order by id`);
  await exitContacts(tx, { contactIds: contacts.map(({ id }) => id), reason: "unsubscribed" });
  const changed = await tx.execute<{ id: string }>(sql`
    update contacts set ${stops}, last_activity_at = app_now(), version = version + 1, updated_at = app_now()
    where id = any(${sql.param(contacts.map(({ id }) => id))}::uuid[]) and ${mayStop}
    returning id`);
  const [added] = await tx.execute<{ id: string }>(sql`
    insert into suppressions (email_normalized, scope, workspace_id, reason, source, message_id)
    values (${message.email}, 'workspace', ${message.workspaceId}::uuid, 'unsubscribed', ${source}, ${message.id}::uuid)
    on conflict do nothing returning id`);
  await note(tx, changed, message, "contact.unsubscribed", source);
  if (added || changed.length > 0) await recordConsent(tx, message, "contact.unsubscribed", source);
  return true;
}

/**
 * Takes an unsubscription back, by the reader's own click. Campaigns they left stay left. A complaint stays a
 * complaint. False when the message is gone.
 */
export async function resubscribe(tx: TenantTx, token: LinkToken): Promise<boolean> {
  const message = await lockMessage(tx, token);
  if (!message) return false;
  const removed = await tx.execute<{ id: string }>(sql`
    delete from suppressions where email_normalized = ${message.email} and scope = 'workspace' and reason = 'unsubscribed'
    returning id`);
  if (removed.length === 0) return true;
  const changed = await tx.execute<{ id: string }>(sql`
    update contacts set ${returns}, consent_basis = 'opt_in',
      consent_source = 'unsubscribe page', consent_at = app_now(), version = version + 1, updated_at = app_now()
    where email_normalized = ${message.email} and ${mayReturn} and deleted_at is null returning id`);
  await note(tx, changed, message, "contact.resubscribed", "page");
  await recordConsent(tx, message, "contact.resubscribed", "page");
  return true;
}

async function note(
  tx: TenantTx,
  contacts: readonly { id: string }[],
  message: MessageRow,
  type: string,
  source: ConsentSource,
): Promise<void> {
  await tx.execute(sql`
    insert into contact_events (contact_id, type, ref_type, ref_id, data)
    select id, ${type}::text, 'email_message', ${message.id}::uuid, jsonb_build_object('source', ${source}::text)
    from unnest(${sql.param(contacts.map(({ id }) => id))}::uuid[]) as id`);
}

async function recordConsent(
  tx: TenantTx,
  message: MessageRow,
  action: string,
  source: ConsentSource,
): Promise<void> {
  await tx.insert(auditLog).values({
    action,
    actorType: "system",
    workspaceId: message.workspaceId,
    resourceType: "contact",
    resourceId: message.contactId,
    newValue: { source, messageId: message.id },
  });
}
