import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { v7 } from "uuid";
import { log } from "#server/log";
import { storage } from "#server/storage";
import { partKey } from "./file.ts";
import { refused } from "./formats/refusal.ts";
import { openRemote, type Remote, type RemoteOptions } from "./remote.ts";
import { partBytes } from "./schema.ts";

/**
 * A file that has come: as an upload lies in storage, with the hash that an upload of it would have. `folder` is its own,
 * whoever else fetches the same.
 */
export type Fetched = { folder: string; fileName: string; sizeBytes: number; fileHash: string };

/** Hears of the bytes that are here, and of how many there will be if the server says so; may end the fetch by throwing. */
export type Seen = (bytes: number, ofBytes: number | null) => Promise<void>;

/** Removes what is not wanted. When that fails, it must not hide why: the nightly clean-up finds the rest. */
export const discard = (folder: string): Promise<void> =>
  storage.removeFolder(folder).catch((error: unknown) => {
    log.warn({ folder, err: error }, "the parts of a file that was not fetched could not be removed");
  });

/**
 * Fetches a file into a new folder below `parent`, the one of its import, part after part. Two who fetch for one import
 * never write the same file. A failure leaves nothing behind; what a crash leaves, the nightly clean-up finds by the
 * moment in the folder's name.
 */
export async function fetchInto(
  parent: string,
  url: string,
  { seen, ...options }: RemoteOptions & { seen?: Seen } = {},
): Promise<Fetched> {
  const remote = await openRemote(url, options);
  const { fileName } = remote;
  const folder = `${parent}/${v7()}`;
  try {
    const { sizeBytes, fileHash } = await store(folder, seen ? watched(remote, seen) : remote.content);
    if (sizeBytes > 0) return { folder, fileName, sizeBytes, fileHash };
  } catch (error) {
    await discard(folder);
    throw error;
  }
  throw refused(
    `The file at ${new URL(url).hostname} is empty. It needs a header line and at least one contact.`,
  );
}

async function* watched({ content, sizeBytes }: Remote, seen: Seen): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const piece of content) {
    bytes += piece.length;
    await seen(bytes, sizeBytes);
    yield piece;
  }
}

async function store(folder: string, content: AsyncIterable<Buffer>) {
  let fileHash = "";
  let sizeBytes = 0;
  let part = 0;
  for await (const bytes of inParts(content)) {
    await storage.put(partKey(folder, part), Readable.from([bytes]));
    const digest = createHash("sha256").update(bytes).digest("hex");
    fileHash = createHash("sha256")
      .update(fileHash + digest)
      .digest("hex");
    sizeBytes += bytes.length;
    part += 1;
  }
  return { sizeBytes, fileHash };
}

async function* inParts(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const piece of content) {
    held.push(piece);
    size += piece.length;
    if (size < partBytes) continue;
    const whole = Buffer.concat(held);
    let at = 0;
    for (; at + partBytes <= whole.length; at += partBytes) yield whole.subarray(at, at + partBytes);
    held = [whole.subarray(at)];
    size = whole.length - at;
  }
  if (size > 0) yield Buffer.concat(held);
}
