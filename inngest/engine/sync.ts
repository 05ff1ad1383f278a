import { RegistrationRefused } from "./function-check.ts";
import type { Database } from "./database.ts";
import { inBandReplySchema } from "./protocol.ts";
import { register, rememberRefusal, type Registration } from "./registration.ts";
import { replyIsSigned } from "./signature.ts";
import { sendSigned } from "./signed-request.ts";
import { storeWorker } from "./worker-store.ts";

const syncMs = 10_000;

/**
 * Asks a worker for its functions and registers them.
 * Returns the app's id.
 * @throws Error with a sentence when the worker is not there, not ours, or asks for what is not supported.
 */
export async function syncWorker(database: Database, url: string, keys: readonly string[]): Promise<string> {
  const headers = { "x-inngest-sync-kind": "in_band" };
  const reply = await sendSigned(url, { method: "PUT", headers, body: { url }, keys, timeoutMs: syncMs });
  if (reply.status === 401) {
    throw new Error(`${url} refused our signature: both sides must have the same INNGEST_SIGNING_KEY.`);
  }
  if (!replyIsSigned(reply.headers["x-inngest-signature"], reply.text, keys, Date.now())) {
    throw new Error(
      `${url} answered with status ${reply.status} and without our signature: is this the address where the functions are served, and is INNGEST_DEV unset there?`,
    );
  }
  const parsed = inBandReplySchema.safeParse(JSON.parse(reply.text));
  if (!parsed.success) {
    throw new Error(
      `${url} answered with status ${reply.status} and no functions: INNGEST_ALLOW_IN_BAND_SYNC must not be 0 there.`,
    );
  }
  const { app_id: appId, sdk, functions } = parsed.data;
  await takeOver(database, { appId, url, sdk, functions });
  return appId;
}

/** Registers an app's functions and notes who serves them. A refusal is kept for the health page, then thrown. */
export async function takeOver(database: Database, registration: Registration): Promise<boolean> {
  try {
    const changed = await register(database, registration);
    await storeWorker(database, registration.url, registration.appId);
    return changed;
  } catch (error) {
    if (error instanceof RegistrationRefused) await rememberRefusal(database, registration, error.message);
    throw error;
  }
}
