import type { NextRequest } from "next/server";
import { answerMetrics } from "#server/metrics";

export const dynamic = "force-dynamic";

/** Prometheus metrics, for METRICS_TOKEN only: anybody can reach this server, also through a proxy on its machine. */
export async function GET(request: NextRequest) {
  const { status, type, text } = await answerMetrics({
    authorization: request.headers.get("authorization") ?? undefined,
  });
  return new Response(text, { status, headers: { "content-type": type, "cache-control": "no-store" } });
}
