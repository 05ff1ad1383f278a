import { sql } from "drizzle-orm";
import { buffer } from "node:stream/consumers";
import { Readable } from "node:stream";
import { type TenantTx, withTenant } from "#db/tenancy";
import { AppError } from "#server/errors";
import { attachmentTail } from "#server/mail/attachment-tail";
import { storage } from "#server/storage";
import { type Attachment, attachmentBytesMax, attachmentPartBytes } from "./schema.ts";

type Owner = { tenantId: string; workspaceId: string };

const partsMax = Math.ceil(attachmentBytesMax / attachmentPartBytes);
const keyOf = ({ tenantId, workspaceId }: Owner, id: string, part: number) =>
  `${tenantId}/${workspaceId}/attachments/${id}/${part}`;

/** Keeps one part of a file; sent again, it replaces itself. @throws AppError invalid for one that is too many or too large */
export async function putAttachmentPart(
  owner: Owner,
  { id, part, bytes }: { id: string; part: number; bytes: Uint8Array },
): Promise<void> {
  if (part >= partsMax || bytes.byteLength > attachmentPartBytes)
    throw new AppError(
      "invalid",
      "The files of an email may have 5 MB together. Choose a smaller one, or link to it.",
    );
  const used = await withTenant(owner, (tx) => isAttached(tx, id));
  if (used)
    throw new AppError("conflict", "This file is attached already, and stays as it is. Attach it once more.");
  await storage.put(keyOf(owner, id, part), Readable.from([Buffer.from(bytes)]));
}

/** Whether a step, or what it was at a launch, names the file: what was looked at, and approved, is what is sent. */
async function isAttached(tx: TenantTx, id: string): Promise<boolean> {
  const named = JSON.stringify([{ id }]);
  const rows = await tx.execute(sql`
    select from campaign_steps where attachments @> ${named}::jsonb
    union all select from campaign_step_versions where config -> 'attachments' @> ${named}::jsonb limit 1`);
  return rows.length > 0;
}

/** @throws AppError not_found when a file is not kept any more, or not all of it came */
async function readAttachment(owner: Owner, { id, filename, sizeBytes }: Attachment): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let part = 0; part < Math.ceil(sizeBytes / attachmentPartBytes); part += 1) {
    parts.push(await buffer(storage.read(keyOf(owner, id, part))));
  }
  const whole = Buffer.concat(parts);
  if (whole.length === sizeBytes) return whole;
  throw new AppError(
    "not_found",
    `The file “${filename}” is not complete: ${whole.length} of ${sizeBytes} bytes are here. Attach it again.`,
  );
}

/** What ends every message with these files, encoded once for all of them; null without files. Call outside a transaction. */
export async function tailOf(owner: Owner, attachments: readonly Attachment[]): Promise<Buffer | null> {
  if (attachments.length === 0) return null;
  const files = [];
  for (const file of attachments) files.push({ ...file, content: await readAttachment(owner, file) });
  return attachmentTail(files);
}
