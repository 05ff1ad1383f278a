import { isSameOrigin } from "#server/address";
import { caller } from "#server/caller";
import { isDeparted } from "#server/departed";
import { env } from "#server/env";
import { partBytes } from "#server/imports/schema";
import { problemResponse } from "#server/problem-response";

type Context = { params: Promise<{ importId: string; part: string }> };

/** Takes one part of an upload: small enough for any proxy, and sent again after a failure without harm. */
export async function PUT(request: Request, { params }: Context) {
  if (!isSameOrigin(request.headers, env.APP_URL)) {
    return Response.json({ message: "Uploads come from pages of Postroad only." }, { status: 403 });
  }
  if (Number(request.headers.get("content-length")) > partBytes) return tooLarge();
  const { importId, part } = await params;
  const bytes = await bodyOf(request);
  if (bytes === "departed") return new Response(null, { status: 400 });
  if (bytes === "too large") return tooLarge();
  try {
    await caller(request.headers.get("x-workspace")).imports.putPart({
      id: importId,
      part: Number(part),
      bytes,
      sha256: request.headers.get("x-part-sha256") ?? undefined,
    });
  } catch (error) {
    return problemResponse(error);
  }
  return Response.json({ part: Number(part) }, { headers: { "cache-control": "no-store" } });
}

/** No more than a part is held, whatever the length was said to be. A browser leaves half-way when an upload is cancelled. */
async function bodyOf(request: Request): Promise<Uint8Array<ArrayBuffer> | "departed" | "too large"> {
  const bytes = new Uint8Array(partBytes);
  let length = 0;
  try {
    for await (const piece of request.body ?? []) {
      if (length + piece.length > partBytes) return "too large";
      bytes.set(piece, length);
      length += piece.length;
    }
  } catch (error) {
    if (isDeparted(error)) return "departed";
    throw error;
  }
  return bytes.subarray(0, length);
}

const tooLarge = () =>
  Response.json({ message: `A part of an upload may have ${partBytes} bytes.` }, { status: 413 });
