import { isDeparted } from "./departed.ts";

/**
 * The body of a request that brings one part of a file. No more than `bytesMax` is held, whatever the length was said to
 * be. A browser leaves half-way when an upload is cancelled.
 */
export async function partBody(
  request: Request,
  bytesMax: number,
): Promise<Uint8Array<ArrayBuffer> | "departed" | "too large"> {
  const bytes = new Uint8Array(bytesMax);
  let length = 0;
  try {
    for await (const piece of request.body ?? []) {
      if (length + piece.length > bytesMax) return "too large";
      bytes.set(piece, length);
      length += piece.length;
    }
  } catch (error) {
    if (isDeparted(error)) return "departed";
    throw error;
  }
  return bytes.subarray(0, length);
}
