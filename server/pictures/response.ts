import { buffer } from "node:stream/consumers";
import { withTenant } from "#db/tenancy";
import { AppError } from "#server/errors";
import { storage } from "#server/storage";
import { readToken } from "#server/tracking/tokens";
import { pictureKey } from "./address.ts";
import { findPictureFile } from "./queries.ts";

const missing = () =>
  new Response("There is no such picture.", {
    status: 404,
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });

/** Answers an inbox that fetches a picture. What stands at an address never changes, so it may be kept for a year. */
export async function pictureResponse(request: Request, text: string): Promise<Response> {
  const token = readToken(text, "picture");
  if (!token) return missing();
  const { tenantId, workspaceId, messageId: id } = token;
  const scope = { tenantId, workspaceId };
  const found = await withTenant(scope, (tx) => findPictureFile(tx, id));
  if (!found) return missing();
  const headers = {
    "cache-control": "public, max-age=31536000, immutable",
    etag: `"${found.sha256}"`,
    "x-robots-tag": "noindex",
    // Webmail shows it within a page of another origin.
    "cross-origin-resource-policy": "cross-origin",
  };
  if (request.headers.get("if-none-match")?.includes(headers.etag))
    return new Response(null, { status: 304, headers });
  try {
    const bytes = await buffer(storage.read(pictureKey(scope, id)));
    return new Response(new Uint8Array(bytes), {
      headers: {
        ...headers,
        "content-type": found.mime,
        "content-length": String(bytes.length),
        "content-security-policy": "default-src 'none'; sandbox",
      },
    });
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found") return missing();
    throw error;
  }
}
