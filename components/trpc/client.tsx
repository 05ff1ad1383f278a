"use client";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient, httpBatchLink, httpLink, splitLink, TRPCClientError } from "@trpc/client";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import { useState, type ReactNode } from "react";
import superjson from "superjson";
import type { AppRouter } from "#server/router";
import { leaveTo } from "../auth/leave-to.tsx";

const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();
export { useTRPC, useTRPCClient };

function codeOf(error: unknown): string | undefined {
  return error instanceof TRPCClientError ? (error as TRPCClientError<AppRouter>).data?.code : undefined;
}

/** An ended session sends the whole page to sign in and back: nothing on it can still be trusted. */
function leaveWhenSignedOut(error: unknown) {
  if (codeOf(error) !== "signed_out") return;
  leaveTo(`/login?redirect=${encodeURIComponent(location.pathname + location.search)}`);
}

/** The context of a call that may take long: whatever else is asked at that moment does not wait for it. */
export const alone = { alone: true };

const retryable = new Set([undefined, "unavailable", "unexpected"]);

function createQueryClient() {
  return new QueryClient({
    queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
    mutationCache: new MutationCache({ onError: leaveWhenSignedOut }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (failures, error) => failures < 2 && retryable.has(codeOf(error)),
      },
    },
  });
}

/**
 * Gives the components below `useTRPC()` for one workspace (its slug travels in the `x-workspace` header, and is only a
 * claim until the server has proven membership), or for none. Mount with `key={workspace}`: caches never mix.
 */
export function ApiProvider({ workspace, children }: { workspace: string | null; children: ReactNode }) {
  const [queryClient] = useState(createQueryClient);
  const [trpcClient] = useState(() => {
    const options = {
      url: "/api/trpc",
      transformer: superjson,
      // Rule trees and long choices do not fit an address.
      methodOverride: "POST",
      headers: () => (workspace ? { "x-workspace": workspace } : {}),
    } as const;
    const links = splitLink({
      condition: ({ context }) => context.alone === true,
      true: httpLink(options),
      false: httpBatchLink({ ...options, maxItems: 20 }),
    });
    return createTRPCClient<AppRouter>({ links: [links] });
  });
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  );
}

export type Problem = {
  code: string;
  message: string;
  fields: Record<string, string>;
  requestId: string | null;
};

/** A failed call as a form shows it: one sentence, and one per field; null when nothing failed. */
export function asProblem(error: unknown): Problem | null {
  if (!error) return null;
  if (!(error instanceof TRPCClientError))
    return { code: "unexpected", message: "Something went wrong. Try again.", fields: {}, requestId: null };
  const { data, message } = error as TRPCClientError<AppRouter>;
  if (!data)
    return {
      code: "unavailable",
      message: "Postroad did not answer. Check the connection and try again.",
      fields: {},
      requestId: null,
    };
  return { code: data.code, message, fields: data.fields, requestId: data.requestId };
}
