import { isSameOrigin } from "#server/address";
import { caller } from "#server/caller";
import { attachmentPartBytes } from "#server/campaigns/schema";
import { env } from "#server/env";
import { partBody } from "#server/part-body";
import { problemResponse } from "#server/problem-response";

type Context = { params: Promise<{ id: string; part: string }> };

/** Takes one part of a file that goes with an email; sent again after a failure without harm. */
export async function PUT(request: Request, { params }: Context) {
  if (!isSameOrigin(request.headers, env.APP_URL))
    return Response.json({ message: "Files come from pages of Postroad only." }, { status: 403 });
  const { id, part } = await params;
  const bytes = await partBody(request, attachmentPartBytes);
  if (bytes === "departed") return new Response(null, { status: 400 });
  if (bytes === "too large")
    return Response.json(
      { message: `A part of a file may have ${attachmentPartBytes} bytes.` },
      { status: 413 },
    );
  try {
    await caller(request.headers.get("x-workspace")).campaigns.putAttachmentPart({
      id,
      part: Number(part),
      bytes,
    });
  } catch (error) {
    return problemResponse(error);
  }
  return new Response(null, { status: 204 });
}
