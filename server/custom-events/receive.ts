import type { ZodError } from "zod";
import { findKeyHolder, type KeyHolder } from "#server/api-keys/queries";
import { noteKeyUse } from "#server/api-keys/mutations";
import { callsPerMinute } from "#server/api-keys/schema";
import { keyIn } from "#server/api-keys/secret";
import { commitThenSend } from "#server/drivers/events";
import { AppError } from "#server/errors";
import { takeFromLimit } from "#server/rate-limits";
import { type Recorded, recordCustomEvent } from "./mutations.ts";
import { bodyBytesMax, customEventInput, type CustomEventInput } from "./schema.ts";

/**
 * Takes one event as it came over HTTP: `authorization` is the header, `body` the text.
 * @throws AppError signed_out without a key that is good, limit, invalid naming each field, not_found, conflict
 */
export async function receiveEvent(authorization: string | null, body: string): Promise<Recorded> {
  const holder = await holderOf(authorization);
  await takeFromLimit(`api-key:${holder.id}`, { times: callsPerMinute, seconds: 60 });
  const input = readEvent(body);
  const { id: apiKeyId, tenantId, workspaceId } = holder;
  const scope = { tenantId, workspaceId };
  return commitThenSend(scope, async (tx) => {
    await noteKeyUse(tx, apiKeyId);
    return recordCustomEvent(tx, { scope, input, apiKeyId });
  });
}

async function holderOf(authorization: string | null): Promise<KeyHolder> {
  const key = keyIn(authorization);
  const holder = key === null ? null : await findKeyHolder(key);
  if (!holder)
    throw new AppError(
      "signed_out",
      authorization === null
        ? "Send a key of the workspace: Authorization: Bearer postroad_… Keys are made under Settings, API keys."
        : "This key is not known here: it was mistyped or revoked. Keys are made under Settings, API keys.",
    );
  if (holder.scopes.includes("events:write")) return holder;
  throw new AppError("forbidden", "This key may not send events.");
}

function readEvent(body: string): CustomEventInput {
  if (Buffer.byteLength(body) > bodyBytesMax)
    throw new AppError("invalid", `An event may have ${bodyBytesMax} bytes.`);
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    throw new AppError("invalid", "The body is not JSON.", {}, { cause: error });
  }
  if (JSON.stringify(json).includes("\\u0000"))
    throw new AppError(
      "invalid",
      "There is a NUL character (\\u0000) in the event, which cannot be stored. Remove it.",
    );
  const parsed = customEventInput.safeParse(json);
  if (parsed.success) return parsed.data;
  throw invalidEvent(parsed.error);
}

function invalidEvent(error: ZodError): AppError {
  const fields: Record<string, string> = {};
  for (const issue of error.issues) fields[issue.path.join(".")] ??= issue.message;
  const said = Object.entries(fields).map(([path, message]) => (path ? `${path}: ${message}` : message));
  return new AppError("invalid", said.join(" "), fields);
}
