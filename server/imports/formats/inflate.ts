import { Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream";
import { crc32, createGunzip, createInflateRaw } from "node:zlib";
import { AppError } from "#server/errors";
import { fileBytesMax } from "../schema.ts";
import { refused } from "./refusal.ts";

/**
 * No file of contacts shrinks to a 400th; what claims to is made to fill the disk of whoever unpacks it. Small ones
 * are let through, since a few kilobytes of anything can shrink that far.
 */
export const ratioMax = 400;
const ratioFreeBytes = 64 * 1024 * 1024;

/** Throws a refusal for what unpacks to more than any file of contacts would. */
export function refuseBomb(unpackedBytes: number, packedBytes: number, name: string): void {
  if (unpackedBytes > fileBytesMax) {
    throw refused(
      `"${name}" unpacks to more than 5 GB. Split it into smaller files and upload them one by one.`,
    );
  }
  if (unpackedBytes > ratioFreeBytes && unpackedBytes > packedBytes * ratioMax) {
    throw refused(
      `"${name}" unpacks to more than ${ratioMax} times its size, which no list of contacts does. Unpack it yourself and upload what is inside, if you trust it.`,
    );
  }
}

/** Unpacks gzip. `name` stands in the sentences of refusals. */
export const gunzipped = (packed: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> =>
  unpacked(packed, createGunzip(), name);

/** Unpacks what an archive holds under deflate (`method` 8) or as it is (0), and compares its checksum. */
export async function* inflated(
  packed: AsyncIterable<Buffer>,
  { method, crc, name }: { method: number; crc: number; name: string },
): AsyncGenerator<Buffer> {
  let seen = 0;
  for await (const piece of method === 0 ? packed : unpacked(packed, createInflateRaw(), name)) {
    seen = crc32(piece, seen);
    yield piece;
  }
  if (seen !== crc) throw damaged(name, "its checksum does not fit its contents");
}

async function* unpacked(
  packed: AsyncIterable<Buffer>,
  engine: Transform,
  name: string,
): AsyncGenerator<Buffer> {
  let packedBytes = 0;
  let unpackedBytes = 0;
  const counted = async function* () {
    for await (const piece of packed) {
      packedBytes += piece.length;
      yield piece;
    }
  };
  // Failures come out of the iteration below; leaving it early closes the other end.
  pipeline(Readable.from(counted(), { objectMode: false }), engine, () => undefined);
  try {
    for await (const piece of engine as AsyncIterable<Buffer>) {
      unpackedBytes += piece.length;
      refuseBomb(unpackedBytes, packedBytes, name);
      yield piece;
    }
  } catch (error) {
    if (error instanceof AppError || !isZlibError(error)) throw error;
    throw damaged(name, `it breaks off or is garbled after ${unpackedBytes} unpacked bytes`, error);
  }
}

const isZlibError = (error: unknown) =>
  error instanceof Error && "code" in error && typeof error.code === "string" && /^Z_/.test(error.code);

const damaged = (name: string, how: string, cause?: unknown) =>
  refused(`"${name}" is damaged: ${how}. Pack it again, or upload it unpacked.`, cause);
