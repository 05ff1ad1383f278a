import { Inngest } from "inngest";
import { env } from "#server/env";
import { log } from "#server/log";

/**
 * The SDK's client, the same against the embedded engine, a Dev Server, a self-hosted server and the Cloud: only
 * the environment differs.
 */
function makeClient() {
  return new Inngest({
    id: env.INNGEST_APP_ID,
    isDev: env.inngestMode === "dev",
    logger: log,
    ...(env.INNGEST_BASE_URL && { baseUrl: env.INNGEST_BASE_URL }),
    ...(env.INNGEST_EVENT_KEY && { eventKey: env.INNGEST_EVENT_KEY }),
    ...(env.INNGEST_SIGNING_KEY && { signingKey: env.INNGEST_SIGNING_KEY }),
    ...(env.INNGEST_SIGNING_KEY_FALLBACK && { signingKeyFallback: env.INNGEST_SIGNING_KEY_FALLBACK }),
  });
}
export const inngest = makeClient();
