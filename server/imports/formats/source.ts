import { createReadStream } from "node:fs";
import { type StoredFile, streamBytes } from "../file.ts";

/** Bytes that can be read from any place, as often as needed. */
export type Source = {
  sizeBytes: number;
  /** The bytes from `start` (0) up to, not including, `end` (the end). */
  stream: (start?: number, end?: number) => AsyncIterable<Buffer>;
};

export const storedSource = (file: StoredFile): Source => ({
  sizeBytes: file.sizeBytes,
  stream: (start, end) => streamBytes(file, start, end),
});

export const diskSource = (path: string, sizeBytes: number): Source => ({
  sizeBytes,
  // The end of a read stream is inclusive, and it cannot be empty.
  stream: (start = 0, end = sizeBytes) =>
    end > start ? createReadStream(path, { start, end: end - 1 }) : noBytes(),
});

export const bufferSource = (bytes: Buffer): Source => ({
  sizeBytes: bytes.length,
  stream: async function* (start = 0, end = bytes.length) {
    for (let at = start; at < end; at += 65_536) yield bytes.subarray(at, Math.min(end, at + 65_536));
  },
});

async function* noBytes(): AsyncGenerator<Buffer> {}

/** The first bytes of a stream, `length` of them or all there are; `complete` when there are no more. */
export async function headOf(
  pieces: AsyncIterable<Buffer>,
  length: number,
): Promise<{ head: Buffer; complete: boolean }> {
  const taken: Buffer[] = [];
  let size = 0;
  for await (const piece of pieces) {
    taken.push(piece);
    size += piece.length;
    if (size > length) return { head: Buffer.concat(taken).subarray(0, length), complete: false };
  }
  return { head: Buffer.concat(taken), complete: true };
}
