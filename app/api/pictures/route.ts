import { isSameOrigin } from "#server/address";
import { caller } from "#server/caller";
import { env } from "#server/env";
import { partBody } from "#server/part-body";
import { pictureBytesMax } from "#server/pictures/schema";
import { problemResponse } from "#server/problem-response";

/** Takes a picture as the body, with its percent-encoded name in `x-file-name`; gives it as JSON. */
export async function POST(request: Request) {
  if (!isSameOrigin(request.headers, env.APP_URL))
    return Response.json({ message: "Pictures come from pages of Postroad only." }, { status: 403 });
  const bytes = await partBody(request, pictureBytesMax);
  if (bytes === "departed") return new Response(null, { status: 400 });
  if (bytes === "too large")
    return Response.json(
      { message: "A picture in an email may have 1 MB. Save it smaller." },
      { status: 413 },
    );
  try {
    const picture = await caller(request.headers.get("x-workspace")).pictures.add({
      filename: nameIn(request.headers),
      bytes,
    });
    return Response.json(picture, { headers: { "cache-control": "no-store" } });
  } catch (error) {
    return problemResponse(error);
  }
}

function nameIn(headers: Headers): string {
  try {
    return decodeURIComponent(headers.get("x-file-name") ?? "");
  } catch {
    return "";
  }
}
