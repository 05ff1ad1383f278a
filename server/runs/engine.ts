import { createHash } from "node:crypto";
import { z } from "zod";
import { env } from "#server/env";
import { AppError } from "#server/errors";

const patienceMs = 8_000;
const refusal = z.object({ error: z.string() });

/**
 * Where the runs are: in the embedded engine of this installation, or with an Inngest server that has pages of its own
 * (`dashboard` is its address where it is known).
 */
export type RunsPlace = { embedded: true } | { embedded: false; dashboard: string | null };

export const runsPlace = (): RunsPlace =>
  env.inngestMode === "embedded"
    ? { embedded: true }
    : { embedded: false, dashboard: env.INNGEST_BASE_URL ?? "https://app.inngest.com" };

type Asked = { path: string; query?: Record<string, string | undefined | null>; act?: boolean };

/**
 * Asks the embedded engine. The web server's own role cannot read the engine's tables: it shows the signing key, as the
 * functions do. @throws AppError not_found, conflict; unavailable when the engine does not answer
 */
export async function askEngine<T>(
  answer: z.ZodType<T>,
  { path, query = {}, act = false }: Asked,
): Promise<T> {
  if (env.inngestMode !== "embedded")
    throw new AppError("conflict", "The runs are with an Inngest server of its own: look at its dashboard.");
  const url = new URL(`/operator/${path}`, env.INNGEST_BASE_URL);
  for (const [name, value] of Object.entries(query)) if (value) url.searchParams.set(name, value);
  const response = await fetch(url, {
    method: act ? "POST" : "GET",
    headers: { authorization: bearer(env.INNGEST_SIGNING_KEY ?? "") },
    signal: AbortSignal.timeout(patienceMs),
    cache: "no-store",
  }).catch((cause: unknown) => {
    throw new AppError(
      "unavailable",
      `The engine does not answer at ${url.origin}: is it running?`,
      undefined,
      {
        cause,
      },
    );
  });
  const body: unknown = await response.json();
  if (response.ok) return answer.parse(body);
  const message =
    refusal.safeParse(body).data?.error ?? `The engine answered with status ${response.status}.`;
  if (response.status === 404) throw new AppError("not_found", message);
  if (response.status === 409) throw new AppError("conflict", message);
  throw new AppError("unavailable", message);
}

/** The hash of the signing key, as the SDK sends it. */
function bearer(key: string): string {
  const [prefix = ""] = /^signkey-\w+-/.exec(key) ?? [];
  const hash = createHash("sha256").update(Buffer.from(key.slice(prefix.length), "hex"));
  return `Bearer ${prefix}${hash.digest("hex")}`;
}
