import type { Env } from "#server/env";

/** How the Inngest server reaches the functions here. Port 0: a free one, which only a server on this machine can be told. */
export type Reach = { origin: string | undefined; port: number };

export function reachOf(
  options: { origin?: string | undefined; port?: string | undefined },
  env: Pick<Env, "INNGEST_SERVE_ORIGIN" | "WORKER_PORT">,
): Reach {
  const origin = options.origin ?? env.INNGEST_SERVE_ORIGIN;
  return { origin, port: options.port ? Number(options.port) : origin ? env.WORKER_PORT : 0 };
}

type Server = Pick<Env, "inngestMode" | "INNGEST_BASE_URL" | "INNGEST_EVENT_KEY" | "INNGEST_SIGNING_KEY">;

/**
 * What the product's journey is started with. Its functions are an app of their own: registered as the product's, the server
 * would call this machine for the runs of an installation that is in use.
 */
export function journeyEnvironment(
  server: Server,
  { appId, reach }: { appId: string; reach: Reach },
): Record<string, string> {
  const dev = server.inngestMode === "dev";
  return {
    INNGEST_APP_ID: appId,
    CONFORMANCE_DEV: dev ? (server.INNGEST_BASE_URL ?? "") : "",
    CONFORMANCE_SERVER: dev ? "" : (server.INNGEST_BASE_URL ?? "cloud"),
    CONFORMANCE_PORT: reach.port > 0 ? String(reach.port) : "",
    INNGEST_EVENT_KEY: server.INNGEST_EVENT_KEY ?? "",
    INNGEST_SIGNING_KEY: server.INNGEST_SIGNING_KEY ?? "",
    ...(reach.origin && { INNGEST_SERVE_ORIGIN: reach.origin }),
  };
}
