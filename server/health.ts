import { sql } from "drizzle-orm";
import { withoutTenant } from "#db/client";
import { log } from "./log.ts";

const patienceMs = 3_000;

/** What a load balancer asks before it sends work here. `problem` is a sentence for the operator. */
export type Readiness = { ready: true } | { ready: false; problem: string };

/** Ready means that the database answers as the app role within three seconds. */
export async function findReadiness(): Promise<Readiness> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs / 1000} s`)), patienceMs);
  });
  try {
    await Promise.race([withoutTenant((tx) => tx.execute(sql`select 1`)), tooLate]);
    return { ready: true };
  } catch (error) {
    log.warn({ err: error }, "not ready: the database does not answer");
    return {
      ready: false,
      problem: "The database does not answer. Check DATABASE_URL and that Postgres runs.",
    };
  } finally {
    clearTimeout(timer);
  }
}
