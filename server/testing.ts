import { createContext } from "#server/context";
import { createCaller } from "#server/router";

/** Calls the router as a request with this cookie to this workspace would. */
export function callerFor({
  sessionId,
  workspaceSlug,
}: {
  sessionId: string | null;
  workspaceSlug: string | null;
}) {
  return createCaller(
    createContext({ sessionId, workspaceSlug, requestId: "test", ip: "127.0.0.1", userAgent: "test" }),
  );
}
