export const dynamic = "force-dynamic";

/** Answers as long as the process does. */
export const GET = () => Response.json({ status: "ok" }, { headers: { "cache-control": "no-store" } });
