import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { sql } from "drizzle-orm";
import { emailContent } from "#db/schema/messages";
import type { TenantTx } from "#db/tenancy";
import { snippetOf } from "./own-words.ts";
import type { InboundMail } from "./inbound-mail.ts";
import type { Answered } from "./match.ts";
import type { Verdict } from "./verdict.ts";

/** The mailbox that a mail came to. */
export type Account = { id: string; email: string };

/** A mail that is about a message of ours, ready to be written down. `key` is the same however often it is read. */
export type Arrived = { mail: InboundMail; verdict: Exclude<Verdict, { kind: "other" }>; key: string };

/**
 * What names a mail in one mailbox for good: its Message-ID, or its bytes where it has none. Numbers of the server
 * would not do: it may give all its mails new ones.
 */
export function keyOf(account: Account, mail: InboundMail, raw: Uint8Array): string {
  const digest = createHash("sha256")
    .update(mail.messageId ?? raw)
    .digest("base64url");
  return `in:${account.id}:${digest}`;
}

/** Whether this mail has been dealt with before. */
export async function wasRead(tx: TenantTx, key: string): Promise<boolean> {
  const rows = await tx.execute(sql`select 1 from content.email_messages where idempotency_key = ${key}`);
  return rows.length > 0;
}

const messageTypes = {
  reply: "email",
  auto_reply: "auto_reply",
  bounce: "bounce",
  complaint: "complaint",
} as const;
const storedTextMax = 512 * 1024;

/**
 * Writes a mail into the ledger, with its body. A human reply of a contact in a campaign ends the enrollment by the
 * ledger's trigger; whoever wants more than that ended it before. Gives the row's id.
 */
export async function insertInbound(
  tx: TenantTx,
  {
    account,
    answered,
    arrived: { mail, verdict, key },
  }: { account: Account; answered: Answered; arrived: Arrived },
): Promise<string> {
  const delivery = verdict.kind === "bounce" ? verdict.delivery : null;
  const why =
    verdict.kind === "auto_reply" ? verdict.why : verdict.kind === "complaint" ? verdict.type : null;
  const subject = mail.subject.slice(0, 998);
  const insert = (rfcId: string | null) =>
    tx.execute<{ id: string; storage_key: string }>(sql`
      insert into content.email_messages (email_account_id, campaign_id, contact_id, enrollment_id, step_id,
        parent_message_id, thread_id, direction, message_type, from_email, from_name, to_email, subject, snippet,
        rfc_message_id, in_reply_to, "references", delivery_status, idempotency_key, received_at, bounce_type,
        bounce_code, error, reason_code)
      values (${account.id}::uuid, ${answered.campaignId}::uuid, ${answered.contactId}::uuid, ${answered.enrollmentId}::uuid,
        ${answered.stepId}::uuid, ${answered.id}::uuid, ${answered.threadId}::uuid, 'inbound', ${messageTypes[verdict.kind]},
        ${mail.from.email}, ${mail.from.name}, ${account.email}, ${subject}, ${snippetOf(mail.text)}, ${rfcId},
        ${mail.inReplyTo[0] ?? null}, ${mail.references.join(" ") || null}, 'received', ${key}, app_now(),
        ${delivery?.class ?? null}, ${delivery?.status ?? null}, ${delivery?.diagnostic ?? null}, ${why})
      on conflict (tenant_id, rfc_message_id) where rfc_message_id is not null do nothing
      returning id, storage_key`);
  // One mail to two mailboxes of the organization has one Message-ID, which the ledger keeps once.
  const [row] = await insert(mail.messageId).then((rows) => (rows.length > 0 ? rows : insert(null)));
  if (!row) throw new Error("The ledger took no row for a mail.");
  const [text, html] = [zipped(mail.text), mail.html === null ? null : zipped(mail.html)];
  await tx.insert(emailContent).values({
    storageKey: row.storage_key,
    messageId: row.id,
    text,
    html,
    sizeBytes: text.length + (html?.length ?? 0),
    compression: "gzip",
  });
  return row.id;
}

const zipped = (text: string): Buffer => gzipSync(text.slice(0, storedTextMax));
