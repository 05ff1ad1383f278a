import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { loadSigners } from "#server/domains/signers";
import { compileDrafts } from "#server/drafts/compile";
import type { CompiledMessage } from "#server/mail/compile";
import { signMessage } from "#server/mail/dkim";
import type { MergeContact } from "#server/mail/merge-fields";
import { MissingValue } from "#server/mail/liquid-filters";
import { compileStep } from "#server/mail/message";
import { mergeContacts } from "#server/mail/queries";
import { renderFor, type RenderedMessage, type ThreadPlace } from "#server/mail/render";
import type { SendResult } from "#server/mail/smtp-result";

export type Recipients = {
  id: string;
  to_email: string;
  rfc_message_id: string | null;
  contact_id: string | null;
  step_version_id: string | null;
  draft_id: string | null;
  email_account_id: string | null;
  in_reply_to: string | null;
  references: string | null;
  answered_subject: string | null;
  now: Date;
}[];

/**
 * Messages of one mailbox, compiled once per step version, or draft; a sender keeps them while it works through a slice.
 */
export type Compiled = Map<string, CompiledMessage | Error>;

/** Reads what rendering these messages needs, and compiles what `compiled` does not hold yet. */
export async function loadForRendering(
  tx: TenantTx,
  ids: readonly string[],
  compiled: Compiled,
): Promise<{ recipients: Recipients; contacts: Map<string, MergeContact> }> {
  const recipients = await tx.execute<Recipients[number]>(sql`
    select id, to_email, rfc_message_id, contact_id, step_version_id, draft_id, email_account_id, in_reply_to, "references",
      (select p.subject from content.email_messages p where p.id = m.parent_message_id) as answered_subject, app_now() as now
    from content.email_messages m where id = any(${sql.param(ids)}::uuid[]) order by next_attempt_at, id`);
  for (const { step_version_id: version, draft_id: draft, email_account_id: account } of recipients) {
    if (draft === null && version !== null && !compiled.has(version))
      compiled.set(version, await compile(tx, version, account));
  }
  await compileDrafts(tx, recipients, compiled);
  await loadSigners(tx, compiled);
  const contacts = await mergeContacts(
    tx,
    recipients.flatMap((one) => one.contact_id ?? []),
  );
  return { recipients: [...recipients], contacts };
}

// The launch checks parse every template. One that fails here all the same must not lose the claim of the others.
async function compile(
  tx: TenantTx,
  version: string,
  account: string | null,
): Promise<CompiledMessage | Error> {
  return compileStep(tx, version, account).catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  );
}

/**
 * The messages ready for the wire, signed where their sender's domain has a key, and a result for each that cannot be:
 * one that fails on its contact's values is never sent half-rendered, and one without a usable template waits until
 * that is mended.
 */
export async function renderAll(
  { recipients, contacts }: { recipients: Recipients; contacts: Map<string, MergeContact> },
  compiled: Compiled,
): Promise<{ rendered: RenderedMessage[]; refused: SendResult[] }> {
  const signing: Promise<RenderedMessage | null>[] = [];
  const refused: SendResult[] = [];
  for (const one of recipients) {
    const key = one.draft_id ?? one.step_version_id;
    const message = key === null ? undefined : compiled.get(key);
    // Nobody else gets the words of a draft.
    if (one.draft_id !== null) compiled.delete(one.draft_id);
    const contact = one.contact_id === null ? undefined : contacts.get(one.contact_id);
    if (!message || message instanceof Error || !contact) {
      const text =
        message instanceof Error
          ? message.message
          : contact
            ? "The step has no content."
            : "The contact is gone.";
      refused.push({
        id: one.id,
        outcome: contact ? "not_sent" : "failed",
        phase: "message",
        text: `message: ${text}`,
      });
      continue;
    }
    try {
      const ready = renderFor(message, {
        messageId: one.id,
        email: one.to_email,
        contact,
        now: one.now,
        rfcMessageId: one.rfc_message_id,
        thread: threadOf(one, message),
      });
      if (ready.subject === "")
        throw new Error("it has no subject, and there is no earlier email to answer.");
      signing.push(
        signMessage(ready, message.signer).catch((error: unknown) => {
          const reason = error instanceof Error ? error.message : String(error);
          const text = `message: It could not be signed: ${reason}`;
          refused.push({ id: one.id, outcome: "not_sent", phase: "message", text });
          return null;
        }),
      );
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      // A required field can still be filled in: the message waits for it.
      const outcome = error instanceof MissingValue ? "not_sent" : "failed";
      refused.push({ id: one.id, outcome, phase: "message", text: `message: ${text}` });
    }
  }
  return { rendered: (await Promise.all(signing)).filter((one) => one !== null), refused };
}

/**
 * Null for a message that answers none, or whose step was changed to start a thread of its own. One that comes from
 * another mailbox than the email before it answers nothing either, and only bears its subject.
 */
function threadOf(
  { in_reply_to, references, answered_subject }: Recipients[number],
  { replyInThread }: CompiledMessage,
): ThreadPlace | null {
  if (!replyInThread || (in_reply_to ?? answered_subject) === null) return null;
  return { inReplyTo: in_reply_to, references: references ?? in_reply_to, subject: answered_subject ?? "" };
}
