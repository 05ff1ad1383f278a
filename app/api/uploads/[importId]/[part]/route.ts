import { isSameOrigin } from "#server/address";
import { caller } from "#server/caller";
import { env } from "#server/env";
import { partBytes } from "#server/imports/schema";
import { partBody } from "#server/part-body";
import { problemResponse } from "#server/problem-response";

type Context = { params: Promise<{ importId: string; part: string }> };

/** Takes one part of an upload: small enough for any proxy, and sent again after a failure without harm. */
export async function PUT(request: Request, { params }: Context) {
  if (!isSameOrigin(request.headers, env.APP_URL)) {
    return Response.json({ message: "Uploads come from pages of Postroad only." }, { status: 403 });
  }
  if (Number(request.headers.get("content-length")) > partBytes) return tooLarge();
  const { importId, part } = await params;
  const bytes = await partBody(request, partBytes);
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

const tooLarge = () =>
  Response.json({ message: `A part of an upload may have ${partBytes} bytes.` }, { status: 413 });
