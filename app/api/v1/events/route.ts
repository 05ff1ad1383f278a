import { receiveEvent } from "#server/custom-events/receive";
import { bodyBytesMax } from "#server/custom-events/schema";
import { isDeparted } from "#server/departed";
import { problemResponse } from "#server/problem-response";

/** Takes an event of a workspace's own systems. docs/events.md says how. */
export async function POST(request: Request) {
  if (Number(request.headers.get("content-length")) > bodyBytesMax) return tooLarge();
  const body = await textOf(request);
  if (body === "departed") return new Response(null, { status: 400 });
  if (body === "too large") return tooLarge();
  try {
    const { duplicate, ...recorded } = await receiveEvent(
      request.headers.get("authorization"),
      new TextDecoder().decode(body),
    );
    return Response.json(
      { ...recorded, duplicate },
      { status: duplicate ? 200 : 202, headers: { "cache-control": "no-store" } },
    );
  } catch (error) {
    return problemResponse(error);
  }
}

/** No more than an event is held, whatever the length was said to be. */
async function textOf(request: Request): Promise<Uint8Array | "departed" | "too large"> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of request.body ?? []) {
      length += piece.length;
      if (length > bodyBytesMax) return "too large";
      pieces.push(piece);
    }
  } catch (error) {
    if (isDeparted(error)) return "departed";
    throw error;
  }
  return Buffer.concat(pieces);
}

const tooLarge = () =>
  Response.json({ message: `An event may have ${bodyBytesMax} bytes.` }, { status: 413 });
