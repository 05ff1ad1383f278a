import path from "node:path";
import { startPostgres } from "#db/embedded";
import type { Env } from "#server/env";
import { readSecrets } from "#server/secrets";
import { postgresDir } from "./postgres-service.ts";

/**
 * Runs the work while the database can be reached: the embedded Postgres is started for it and stopped after, unless
 * it runs already.
 */
export async function withDatabase<T>(env: Env, work: () => Promise<T>): Promise<T> {
  if (!env.embeddedPostgres) return work();
  const password = readSecrets(path.resolve(env.DATA_DIR))?.PG_PASSWORD;
  if (!password)
    throw new Error(`${path.resolve(env.DATA_DIR)}/secrets.json lacks PG_PASSWORD: restore the file.`);
  const server = await startPostgres({ dataDir: postgresDir(env), port: env.PG_PORT, password });
  try {
    return await work();
  } finally {
    if (!server.adopted) await server.stop();
  }
}
