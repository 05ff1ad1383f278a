import { Buffer } from "node:buffer";
import { buffer } from "node:stream/consumers";
import { storage } from "#server/storage";
import { partBytes } from "./schema.ts";

/** An uploaded file lies in storage in parts of `partBytes` each, as it came; the last part is shorter. */
export type StoredFile = { folder: string; sizeBytes: number };

export const folderOf = (scope: { tenantId: string; workspaceId: string }, importId: string) =>
  `${scope.tenantId}/${scope.workspaceId}/imports/${importId}`;
export const partKey = (folder: string, part: number) => `${folder}/parts/${String(part).padStart(6, "0")}`;
export const partCount = (sizeBytes: number) => Math.ceil(sizeBytes / partBytes);
export const partSize = (sizeBytes: number, part: number) =>
  Math.min(partBytes, sizeBytes - part * partBytes);

/** Bytes of the file from `offset`, at most `length` of them. */
export async function readBytes(file: StoredFile, offset: number, length: number): Promise<Buffer> {
  const end = Math.min(file.sizeBytes, offset + length);
  if (offset >= end) return Buffer.alloc(0);
  const first = Math.floor(offset / partBytes);
  const last = Math.floor((end - 1) / partBytes);
  const pieces: Buffer[] = [];
  for (let part = first; part <= last; part++)
    pieces.push(await buffer(storage.read(partKey(file.folder, part))));
  const whole = pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
  return whole.subarray(offset - first * partBytes, end - first * partBytes);
}
