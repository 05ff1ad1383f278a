import { findReadiness } from "#server/health";

export const dynamic = "force-dynamic";

/** Answers 200 when work may be sent here, else 503 and why. */
export async function GET() {
  const readiness = await findReadiness();
  return Response.json(readiness, {
    status: readiness.ready ? 200 : 503,
    headers: { "cache-control": "no-store" },
  });
}
