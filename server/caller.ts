import { cookies, headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import { addressOf, requestIdOf } from "#server/address";
import { readSessionId, sessionCookie } from "#server/auth";
import { createContext } from "#server/context";
import { AppError } from "#server/errors";
import { createCaller } from "#server/router";

// Layout and page of one request share the context, and with it the one query that proves who asks.
const contextFor = cache(async (workspaceSlug: string | null) => {
  const [jar, sent] = await Promise.all([cookies(), headers()]);
  return createContext({
    sessionId: await readSessionId(jar.get(sessionCookie())?.value),
    workspaceSlug,
    requestId: requestIdOf(sent),
    ip: addressOf(sent),
    userAgent: sent.get("user-agent"),
    path: sent.get("x-path") ?? undefined,
  });
});

/**
 * Calls procedures in this process, with the permissions and validation the browser would meet. `not_found` shows the
 * not-found page, `signed_out` leads to the sign-in page and back; anything else is thrown.
 */
export function caller(workspaceSlug: string | null) {
  return createCaller(() => contextFor(workspaceSlug), {
    onError: ({ error, ctx }) => {
      if (!(error.cause instanceof AppError)) return;
      if (error.cause.code === "not_found") notFound();
      if (error.cause.code === "signed_out") redirect(signInPath(ctx?.path ?? "/"));
    },
  });
}

const signInPath = (path: string) =>
  path === "/" ? "/login" : `/login?redirect=${encodeURIComponent(path)}`;
