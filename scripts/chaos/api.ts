import { setTimeout as sleep } from "node:timers/promises";
import { createTRPCClient, httpLink, TRPCClientError } from "@trpc/client";
import superjson from "superjson";
import { createSession, type Tenant } from "#db/factories";
import { isOfTheMoment } from "#db/errors";
import { sealSessionId, sessionCookie } from "#server/auth";
import type { Env } from "#server/env";
import type { AppRouter } from "#server/router";

/** What a browser of the workspace's owner sends along. A session of its own: the clock may have moved past the last one. */
export async function credentials({ userId, slug }: Tenant): Promise<Record<string, string>> {
  const { sessionId } = await createSession(userId);
  return { cookie: `${sessionCookie()}=${await sealSessionId(sessionId)}`, "x-workspace": slug };
}

/** The product's procedures, asked over the network as its pages do. */
export const apiOf = (env: Env, tenant: Tenant) =>
  createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: `${env.APP_URL}/api/trpc`,
        transformer: superjson,
        headers: () => credentials(tenant),
        fetch: (url, options) =>
          fetch(url, { ...(options as RequestInit), signal: AbortSignal.timeout(20_000) }),
      }),
    ],
  });

/** What an operation says that fails because something was killed. */
export function isPassing(error: unknown): boolean {
  if (error instanceof TRPCClientError) {
    const code = (error as TRPCClientError<AppRouter>).data?.code;
    // The clock may have moved past a session before it was used: the next try has another.
    return code === undefined || code === "unexpected" || code === "unavailable" || code === "signed_out";
  }
  if (isOfTheMoment(error)) return true;
  return (
    error instanceof Error
    && /fetch failed|aborted|timeout|passing|socket|database system/i.test(error.message)
  );
}

/** The code that the product refused with; null for anything else. */
export const refusalOf = (error: unknown): string | null =>
  error instanceof TRPCClientError ? ((error as TRPCClientError<AppRouter>).data?.code ?? null) : null;

/** Drizzle says which statement failed, and only its cause says why. */
const wordsOf = (error: unknown): string =>
  error instanceof Error && error.cause !== undefined
    ? `${String(error)}: ${wordsOf(error.cause)}`
    : String(error);

const patienceMs = 120_000;

/** Tries until it works, as long as what fails is only that something has been killed. */
export async function surely<T>(what: string, work: () => Promise<T>): Promise<T> {
  for (const deadline = performance.now() + patienceMs; ;) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error)) throw new Error(`${what}: ${wordsOf(error)}`, { cause: error });
      if (performance.now() > deadline)
        throw new Error(`${what}: it did not work for two minutes: ${String(error)}`, { cause: error });
      await sleep(200);
    }
  }
}

/** Tells the web server something by a plain request until it answers well, as `sender` if one is given. */
export const post = (what: string, url: string, init: RequestInit, sender?: Tenant): Promise<void> =>
  surely(what, async () => {
    const headers = {
      ...(init.headers as Record<string, string>),
      ...(sender && (await credentials(sender))),
    };
    const answer = await fetch(url, { ...init, headers, signal: AbortSignal.timeout(20_000) });
    await answer.body?.cancel();
    if (answer.status >= 500 || (sender && answer.status === 401))
      throw new Error(`passing: the answer is ${answer.status}`);
    if (!answer.ok && answer.status !== 302 && answer.status !== 307)
      throw new Error(`the answer is ${answer.status}`);
  });
