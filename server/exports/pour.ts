import { once } from "node:events";
import type { Writable } from "node:stream";
import { AppError } from "#server/errors";

/**
 * Writes chunks into a stream at its speed and leaves it open: a pipeline would end it, and the file of an export must
 * not end before its transaction has. Throws `unavailable` when whoever reads the stream has gone.
 */
export async function pour(chunks: AsyncIterable<Uint8Array | string>, into: Writable): Promise<void> {
  for await (const chunk of chunks) {
    if (!into.destroyed && !into.write(chunk)) await roomIn(into);
    if (into.destroyed) throw new AppError("unavailable", "The storage has stopped taking the file.");
  }
}

/** Waits until the stream takes more, or is closed: a closed one never drains. */
async function roomIn(stream: Writable): Promise<void> {
  const settled = new AbortController();
  const { signal } = settled;
  try {
    await Promise.race([once(stream, "drain", { signal }), once(stream, "close", { signal })]);
  } finally {
    settled.abort();
  }
}
