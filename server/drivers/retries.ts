import { RetryAfterError } from "inngest";
import { type Scope, withTenant } from "#db/tenancy";
import { log } from "#server/log";
import { restFor } from "./mutations.ts";
import type { DriverRef } from "./rows.ts";

/** How often a job is tried again before it is given up: for about six minutes. */
export const jobRetries = 5;
/** Somebody waits for the first tries; the later ones leave time for what is out of reach to come back. */
const restSecondsOf = (attempt: number) => Math.min(4 ** attempt, 300);

type Driven = { scope: Scope; ref: DriverRef; fence: number };

/**
 * Does one step of a job. Where it fails, its row says until when it rests, and the server is told the same moment: whoever
 * looks at the job sees when it is tried again, whatever server runs it.
 * @throws what the work threw; with the moment of the next try, while there is one.
 */
export async function retried<T>(
  { scope, ref, fence }: Driven,
  { attempt, retries = jobRetries }: { attempt: number; retries?: number },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const until = await rest({ scope, ref, fence }, attempt);
    if (attempt >= retries || until === null) throw error;
    throw new RetryAfterError(error instanceof Error ? error.message : String(error), until, {
      cause: error,
    });
  }
}

/** Null when it could not be noted, or when another run drives the row: the server's own pace will do. */
async function rest({ scope, ref, fence }: Driven, attempt: number): Promise<Date | null> {
  try {
    return await withTenant(scope, (tx) => restFor(tx, ref, fence, restSecondsOf(attempt)));
  } catch (error) {
    log.warn({ err: error, job: ref }, "the pause before the next try could not be noted on the job");
    return null;
  }
}
