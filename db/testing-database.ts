import postgres from "postgres";
import { inject } from "vitest";
import { cloneTemplate, testUrls } from "./testing-cluster.ts";

/**
 * Sets the clock to where each file of tests begins: the middle of a working day that is to come, so that no test
 * depends on the hour or the weekday it is run at. TEST_CLOCK names another moment ("2027-03-28 02:30+02", "now").
 */
const setClock = (sql: postgres.Sql) => sql`
  update test_clock set offset_interval = coalesce(
    ${process.env.TEST_CLOCK ?? null}::text::timestamptz,
    (date_trunc('week', current_timestamp at time zone 'utc') + '9 days 10 hours') at time zone 'utc') - current_timestamp`;

/**
 * Gives this vitest worker a database of its own, a clone of the migrated template, with the clock set right, and
 * points the environment at it. Called before a test file is loaded.
 */
export async function enterOwnDatabase(): Promise<void> {
  const { port, template, run } = inject("testCluster");
  const database = `${run}_${process.env.VITEST_POOL_ID ?? "1"}`;
  await cloneTemplate(port, template, database);
  const urls = testUrls(port, template, database);
  process.env.DATABASE_URL = urls.app;
  process.env.DATABASE_OWNER_URL = urls.owner;
  process.env.ENGINE_DATABASE_URL = urls.engine;
  // The database is another file's before: its clock may have been moved.
  await asOwner(setClock);
}

/** Runs statements as the owner of the tables: for the catalogue and the clock. Sees no tenant's rows it is not told to. */
export async function asOwner<T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(process.env.DATABASE_OWNER_URL ?? "", { max: 1, onnotice: () => undefined });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
