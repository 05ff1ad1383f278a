import { serve } from "inngest/next";
import type { NextRequest } from "next/server";
import { inngest } from "#inngest/client";
import { functions } from "#inngest/functions";
import { env } from "#server/env";

export const dynamic = "force-dynamic";

/** Serves the functions where no worker does (INNGEST_SERVE=web): exactly one address may register them. */
const handlers = serve({
  client: inngest,
  functions,
  ...(env.INNGEST_SERVE_ORIGIN && { serveOrigin: env.INNGEST_SERVE_ORIGIN }),
});

const whenServing =
  (handler: (request: NextRequest, context: unknown) => Promise<Response>) =>
  async (request: NextRequest, context: unknown): Promise<Response> => {
    if (env.INNGEST_SERVE === "web") return handler(request, context);
    return new Response(
      "The worker serves the functions here. Set INNGEST_SERVE=web to serve them from this address.",
      {
        status: 404,
      },
    );
  };

export const GET = whenServing(handlers.GET);
export const POST = whenServing(handlers.POST);
export const PUT = whenServing(handlers.PUT);
