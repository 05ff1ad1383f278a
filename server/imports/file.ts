import { Buffer } from "node:buffer";
import { buffer } from "node:stream/consumers";
import { storage } from "#server/storage";
import { partBytes } from "./schema.ts";

/**
 * A file that lies in storage in parts of equal size, the last one shorter: an upload as it came, in parts of
 * `partBytes`, or rows that were normalised, in parts of their own size.
 */
export type StoredFile = { folder: string; sizeBytes: number; partSizeBytes?: number };

export const folderOf = (scope: { tenantId: string; workspaceId: string }, importId: string) =>
  `${scope.tenantId}/${scope.workspaceId}/imports/${importId}`;
export const partKey = (folder: string, part: number) => `${folder}/parts/${String(part).padStart(6, "0")}`;
export const partCount = (sizeBytes: number) => Math.ceil(sizeBytes / partBytes);
export const partSize = (sizeBytes: number, part: number) =>
  Math.min(partBytes, sizeBytes - part * partBytes);

/** Bytes of the file from `offset`, at most `length` of them. */
export async function readBytes(file: StoredFile, offset: number, length: number): Promise<Buffer> {
  const pieces = await Promise.all(piecesOf(file, offset, offset + length).map(readPiece));
  return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
}

/** The bytes from `offset` up to, not including, `end`, part after part; memory holds two parts at a time. */
export async function* streamBytes(
  file: StoredFile,
  offset = 0,
  end = file.sizeBytes,
): AsyncGenerator<Buffer> {
  let coming: Promise<Buffer> | null = null;
  for (const piece of piecesOf(file, offset, end)) {
    const next: Promise<Buffer> = readPiece(piece);
    // Awaited a turn later; until then a failure must not count as unhandled.
    next.catch(() => undefined);
    if (coming) yield await coming;
    coming = next;
  }
  if (coming) yield await coming;
}

type Piece = { key: string; start: number; end: number; whole: boolean };

function piecesOf(file: StoredFile, offset: number, until: number): Piece[] {
  const size = file.partSizeBytes ?? partBytes;
  const end = Math.min(file.sizeBytes, until);
  const pieces: Piece[] = [];
  for (let part = Math.floor(offset / size); part * size < end; part++) {
    const partEnd = Math.min(file.sizeBytes, (part + 1) * size);
    const piece = { start: Math.max(offset, part * size), end: Math.min(end, partEnd) };
    pieces.push({
      key: partKey(file.folder, part),
      start: piece.start - part * size,
      end: piece.end - part * size,
      whole: piece.start === part * size && piece.end === partEnd,
    });
  }
  return pieces;
}

const readPiece = ({ key, start, end, whole }: Piece): Promise<Buffer> =>
  buffer(whole ? storage.read(key) : storage.readRange(key, start, end));
