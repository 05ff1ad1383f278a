import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { type DriverEvent, type EventScope, writingDueEvent } from "#server/drivers/events";
import { AppError } from "#server/errors";
import { keepNamed } from "#server/pictures/named";
import { currentVersion, rewrite } from "./make.ts";
import { type Choice, type DraftEdit, type DraftStatus } from "./schema.ts";
import { fieldIn } from "./text.ts";

type Row = { version: number; status: DraftStatus; contact_id: string; step_id: string | null };

/** Holds a draft for a change of its words. @throws AppError not_found; conflict when it was changed or decided about */
async function takeForEdit(tx: TenantTx, { id, version }: Choice): Promise<Row> {
  const [row] = await tx.execute<Row>(sql`
    select version, status, contact_id, step_id from email_drafts where id = ${id}::uuid for no key update`);
  if (!row) throw new AppError("not_found", "There is no such draft.");
  if (row.status !== "draft")
    throw new AppError(
      "conflict",
      row.status === "approved" || row.status === "scheduled"
        ? "This email is approved as it is. Take the approval back to change it."
        : `This email is ${row.status}: it can no longer be changed.`,
    );
  if (row.version !== version)
    throw new AppError(
      "conflict",
      "Somebody else changed this email after you opened it. Load their version, or copy your words first.",
    );
  return row;
}

/**
 * Changes the words of an email that waits for a review. Returns its new version.
 * @throws AppError not_found; conflict when it was changed or decided about meanwhile; invalid for words that name a field
 */
export async function editDraft(
  tx: TenantTx,
  { id, version, subject, previewText, body, userId }: DraftEdit & { userId: string },
): Promise<{ version: number }> {
  await takeForEdit(tx, { id, version });
  for (const [name, words] of Object.entries({ subject, previewText, body })) {
    const field = fieldIn(words);
    if (field === null) continue;
    const message = `${field} would leave just so: everything is filled in here. Write the words themselves.`;
    throw new AppError("invalid", message, { [name]: message });
  }
  const [row] = await tx.execute<{ version: number }>(sql`
    update email_drafts
    set edited_subject = nullif(${subject}, subject), edited_body = nullif(${body}, body), preview_text = ${previewText},
      problem = null,
      -- From here on the words are a person's: what a provider is still writing is not waited for.
      writing = case when writing in ('waiting', 'writing') then null else writing end, writing_problem = null,
      edited_by = ${userId}::uuid, edited_at = app_now(), version = version + 1, updated_at = app_now()
    where id = ${id}::uuid returning version`);
  await keepNamed(tx, sql`select ${body}::text as words`);
  return { version: row?.version ?? version };
}

/**
 * Starts again from what the step says now, to this contact as they are now; edits are gone. Returns its new version. Send
 * the events after the commit.
 */
export async function restoreDraft(
  tx: TenantTx,
  scope: EventScope,
  choice: Choice,
): Promise<{ version: number; events: DriverEvent[] }> {
  const { contact_id, step_id, version } = await takeForEdit(tx, choice);
  const versionId = step_id === null ? null : await currentVersion(tx, step_id);
  if (versionId === null) throw new AppError("conflict", "The step of this email is gone.");
  const [step] = await tx.execute<{ asks: boolean }>(sql`
    select coalesce(draft_review ->> 'instructions', '') <> '' as asks from campaign_steps where id = ${step_id}::uuid`);
  const asks = step?.asks ?? false;
  await rewrite(tx, { rows: [{ id: choice.id, contact_id }], versionId, now: await appNow(tx), asks });
  return { version: version + 1, events: asks ? [writingDueEvent(scope)] : [] };
}
