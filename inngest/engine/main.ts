import { env } from "#server/env";
import { log } from "#server/log";
import { startMetrics } from "#server/metrics";
import { startTracing } from "#server/tracing";
import { startEngine } from "./engine.ts";

async function main() {
  const { INNGEST_SIGNING_KEY: signingKey, INNGEST_EVENT_KEY: eventKey } = env;
  if (!signingKey || !eventKey) {
    throw new Error(
      "The embedded Inngest server needs INNGEST_SIGNING_KEY and INNGEST_EVENT_KEY. Leave INNGEST_* out to have them made, or don't start it when INNGEST_BASE_URL names another server.",
    );
  }
  startMetrics("engine");
  const endTracing = await startTracing("engine");
  const served = env.INNGEST_SERVE === "web" ? env.PORT : env.WORKER_PORT;
  const engine = await startEngine({
    databaseUrl: env.ENGINE_DATABASE_URL,
    signingKey,
    eventKey,
    ...(env.INNGEST_SIGNING_KEY_FALLBACK && { formerSigningKey: env.INNGEST_SIGNING_KEY_FALLBACK }),
    moreEventKeys: env.INNGEST_EVENT_KEY_FALLBACK?.split(",") ?? [],
    workerUrls: [`${env.INNGEST_SERVE_ORIGIN ?? `http://127.0.0.1:${served}`}/api/inngest`],
    host: env.HOST,
    port: env.ENGINE_PORT,
    log,
  });
  log.info({ url: engine.url }, "engine is listening");

  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, "engine is draining");
    const ended = engine.stop().then(endTracing);
    ended.then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, "engine could not stop in order");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", () => stop("SIGTERM"));
  process.on("SIGINT", () => stop("SIGINT"));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
