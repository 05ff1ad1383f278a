import { buffer } from "node:stream/consumers";
import { Readable } from "node:stream";
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
  await storage.put(keyOf(owner, id, part), Readable.from([Buffer.from(bytes)]));
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
