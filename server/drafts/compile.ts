import { sql } from "drizzle-orm";
import { trackedLinks } from "#db/schema/email-events";
import type { TenantTx } from "#db/tenancy";
import { compileMessage, type CompiledMessage, type MessageOptions } from "#server/mail/compile";
import { textOf, toDocument } from "#server/mail/html-document";
import { stepMessage } from "#server/mail/queries";
import { type DraftText, literal, marks } from "./text.ts";

type StepMessage = Awaited<ReturnType<typeof stepMessage>>;

/** A draft's words with the sender, the files and the switches of its step's version. Changes of `options` are for previews. */
export function compileDraft(
  { options, origin }: Pick<StepMessage, "options" | "origin">,
  { subject, previewText, body }: DraftText,
  changed: Partial<MessageOptions> = {},
): CompiledMessage {
  const sender = { ...origin.sender, variables: { ...origin.sender.variables, ...marks } };
  const content = {
    subject: literal(subject),
    previewText: literal(previewText),
    html: literal(body),
    // Made from what was reviewed, whatever text the step has beside its HTML.
    text: literal(textOf(toDocument(literal(body)))),
  };
  return compileMessage(content, { ...options, ...changed }, { ...origin, sender });
}

type Words = DraftText & { id: string; step_version_id: string | null };

/**
 * Compiles messages of one mailbox that were reviewed one by one, by the ids of their drafts, and stores the targets of their links
 * with each. What cannot be compiled is an error in its place.
 */
export async function compileDrafts(
  tx: TenantTx,
  messages: readonly { id: string; draft_id: string | null; email_account_id: string | null }[],
  compiled: Map<string, CompiledMessage | Error>,
): Promise<void> {
  const reviewed = messages.flatMap(({ id, draft_id, email_account_id: account }) =>
    draft_id === null || compiled.has(draft_id) ? [] : [{ id, draft: draft_id, account }],
  );
  if (reviewed.length === 0) return;
  const words = await tx.execute<Words>(sql`
    select id, coalesce(edited_subject, subject) as subject, preview_text as "previewText", coalesce(edited_body, body) as body,
      step_version_id
    from email_drafts where id = any(${sql.param(reviewed.map(({ draft }) => draft))}::uuid[])`);
  const byId = new Map(words.map((row) => [row.id, row]));
  const steps = new Map<string, StepMessage>();
  const links: (typeof trackedLinks.$inferInsert)[] = [];
  for (const { id, draft, account } of reviewed) {
    const row = byId.get(draft);
    try {
      if (!row?.step_version_id) throw new Error("The reviewed text is gone.");
      const step = steps.get(row.step_version_id) ?? (await stepMessage(tx, row.step_version_id, account));
      steps.set(row.step_version_id, step);
      const message = compileDraft(step, row);
      compiled.set(draft, message);
      const { stepId, campaignId } = step;
      for (const { index, url, label } of message.links)
        links.push({
          campaignId,
          stepId,
          stepVersionId: row.step_version_id,
          messageId: id,
          linkIndex: index,
          url,
          label,
        });
    } catch (error) {
      compiled.set(draft, error instanceof Error ? error : new Error(String(error)));
    }
  }
  if (links.length > 0) await tx.insert(trackedLinks).values(links).onConflictDoNothing();
}
