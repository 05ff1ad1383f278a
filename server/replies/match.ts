import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { readEmail } from "#server/contacts/address";
import type { Pointers } from "./verdict.ts";

/** The message of ours that a mail is about. */
export type Answered = {
  id: string;
  campaignId: string | null;
  contactId: string | null;
  enrollmentId: string | null;
  stepId: string | null;
  emailAccountId: string | null;
  threadId: string | null;
  toEmail: string;
  deliveryStatus: string;
  /** How it was found. */
  by: "message_id" | "token" | "address";
};

const columns = sql`m.id, m.campaign_id as "campaignId", m.contact_id as "contactId", m.enrollment_id as "enrollmentId",
  m.step_id as "stepId", m.email_account_id as "emailAccountId", m.thread_id as "threadId", m.to_email as "toEmail",
  m.delivery_status as "deliveryStatus"`;

/** Of these only what has left, or may have, can be answered. */
const left = sql`m.direction = 'outbound' and not m.is_test
  and m.delivery_status in ('sending', 'sent', 'delivered', 'bounced', 'unknown')`;

/** An answer from an address alone counts for so long after the last email to it. */
const byAddressFor = "30 days";

/**
 * Finds the message of this workspace that a mail is about: by a Message-ID, by a signed mark, and last by the address,
 * where only what this mailbox sent, or gets the answers of, is looked at. Null when it is about none.
 */
export async function findAnswered(
  tx: TenantTx,
  { accountId, pointers }: { accountId: string; pointers: Pointers },
): Promise<Answered | null> {
  const { rfcIds, ledgerIds, addresses } = pointers;
  if (rfcIds.length > 0) {
    // Found by what we stored: providers may have given it an id of their own.
    const [found] = await tx.execute<Answered>(sql`
      select ${columns}, 'message_id' as by
      from unnest(${sql.param(rfcIds)}::text[]) with ordinality as r(rfc_id, nth)
      cross join lateral (select * from content.email_messages m where m.rfc_message_id = r.rfc_id and ${left} limit 1) m
      order by r.nth limit 1`);
    if (found) return found;
  }
  if (ledgerIds.length > 0) {
    const [found] = await tx.execute<Answered>(sql`
      select ${columns}, 'token' as by
      from unnest(${sql.param(ledgerIds)}::uuid[]) with ordinality as r(id, nth)
      cross join lateral (select * from content.email_messages m where m.id = r.id and ${left} limit 1) m
      order by r.nth limit 1`);
    if (found) return found;
  }
  return addresses.length > 0 ? findByAddress(tx, { accountId, pointers }) : null;
}

async function findByAddress(
  tx: TenantTx,
  { accountId, pointers: { addresses, subject } }: { accountId: string; pointers: Pointers },
): Promise<Answered | null> {
  const normalized = addresses.flatMap((address) => {
    const read = readEmail(address);
    return "normalized" in read ? [read.normalized] : [];
  });
  if (normalized.length === 0) return null;
  const [found] = await tx.execute<Answered>(sql`
    select ${columns}, 'address' as by
    from contacts c cross join lateral (
      select * from content.email_messages m
      where m.contact_id = c.id and ${left} and coalesce(m.sent_at, m.claimed_at) > app_now() - ${byAddressFor}::interval
        and (m.email_account_id = ${accountId}::uuid or exists (
          select from campaigns k join email_accounts a on a.id = ${accountId}::uuid
          where k.id = m.campaign_id and lower(k.reply_to_email) = lower(a.email)))
    ) m
    where c.email_normalized = any(${sql.param(normalized)}::text[]) and c.deleted_at is null
    order by (lower(btrim(regexp_replace(coalesce(m.subject, ''), '^(\s*(re|fwd?)\s*:)+', '', 'i'))) = ${subject}) desc,
      coalesce(m.sent_at, m.claimed_at) desc
    limit 1`);
  return found ?? null;
}
