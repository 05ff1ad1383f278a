import { Readable } from "node:stream";
import { openDownload } from "#server/exports/download";
import { problemResponse } from "#server/problem-response";

type Context = { params: Promise<{ token: string }> };

/** The file of an export, for whoever holds a link that has not run out. */
export async function GET(_request: Request, { params }: Context) {
  try {
    const file = await openDownload(decodeURIComponent((await params).token));
    return new Response(Readable.toWeb(file.stream) as ReadableStream, {
      headers: {
        "content-type": file.contentType,
        "content-length": String(file.sizeBytes),
        "content-disposition": `attachment; filename="${file.name}"`,
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
      },
    });
  } catch (error) {
    return problemResponse(error);
  }
}
