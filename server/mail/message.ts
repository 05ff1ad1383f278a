import { trackedLinks } from "#db/schema/email-events";
import type { TenantTx } from "#db/tenancy";
import { compileMessage, type CompiledMessage } from "./compile.ts";
import { stepMessage } from "./queries.ts";

/**
 * Compiles the message of a step version, and stores the targets of its tracked links. A version never changes, so
 * doing it again stores nothing; only the campaign's sender and switches are read afresh, for the mailbox that sends it. Render each recipient with
 * `renderFor`, outside the transaction.
 * @throws AppError not_found; TemplateError when the content does not parse
 */
export async function compileStep(
  tx: TenantTx,
  stepVersionId: string,
  accountId: string | null = null,
): Promise<CompiledMessage> {
  const { content, options, origin, stepId, campaignId } = await stepMessage(tx, stepVersionId, accountId);
  const compiled = compileMessage(content, options, origin);
  if (compiled.links.length > 0) {
    const rows = compiled.links.map(({ index, url, label }) => ({
      campaignId,
      stepId,
      stepVersionId,
      linkIndex: index,
      url,
      label,
    }));
    await tx.insert(trackedLinks).values(rows).onConflictDoNothing();
  }
  return compiled;
}
