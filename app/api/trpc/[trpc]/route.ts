import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import type { NextRequest } from "next/server";
import { addressOf, isSameOrigin, requestIdOf } from "#server/address";
import { readSessionId, sessionCookie } from "#server/auth";
import { createContext } from "#server/context";
import { env } from "#server/env";
import { appRouter } from "#server/router";

async function handle(request: NextRequest) {
  if (!isSameOrigin(request.headers, env.APP_URL))
    return new Response("This address answers pages of Postroad only.", { status: 403 });
  const requestId = requestIdOf(request.headers);
  return fetchRequestHandler({
    endpoint: "/api/trpc",
    req: request,
    router: appRouter,
    maxBatchSize: 20,
    allowMethodOverride: true,
    createContext: async () =>
      createContext({
        sessionId: await readSessionId(request.cookies.get(sessionCookie())?.value),
        workspaceSlug: request.headers.get("x-workspace"),
        requestId,
        ip: addressOf(request.headers),
        userAgent: request.headers.get("user-agent"),
      }),
    responseMeta: () => ({ headers: { "x-request-id": requestId, "cache-control": "no-store" } }),
  });
}

export { handle as GET, handle as POST };
