import path from "node:path";
import { parseArgs } from "node:util";
import { closeDatabase } from "#db/client";
import { migrate } from "#db/migrate";
import { demo, seed } from "#db/seed";
import { parseEnv } from "#server/env";
import type { Env } from "#server/env";
import { complain, say } from "./console.ts";
import { withDatabase } from "./database-session.ts";
import { lockHolder } from "./lock.mjs";
import { databaseLogins, dropDatabase } from "./stack.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { yes: { type: "boolean", default: false } },
});

async function migrateDatabase(env: Env): Promise<void> {
  const applied = await migrate({ ...databaseLogins(env), log: say });
  say(applied.length > 0 ? `Migrations applied: ${applied.length}` : "The database was up to date");
}

async function seedDatabase(): Promise<void> {
  try {
    const made = await seed();
    say(
      made
        ? `The demo tenant is there: ${demo.email}, password ${demo.password}`
        : "The demo tenant was there already",
    );
  } finally {
    await closeDatabase();
  }
}

async function resetDatabase(env: Env): Promise<void> {
  const name = new URL(env.DATABASE_OWNER_URL).pathname.slice(1);
  const holder = lockHolder(path.resolve(env.DATA_DIR, "up.lock"));
  if (holder) throw new Error(`Postroad is running (process ${holder.pid}): stop it first.`);
  if (!values.yes)
    throw new Error(
      `This deletes the database ${name} and all that is in it. If you mean it: npm run db:reset -- --yes`,
    );
  await dropDatabase(env.DATABASE_OWNER_URL);
  await migrateDatabase(env);
  await seedDatabase();
}

const verbs: Record<string, (env: Env) => Promise<void>> = {
  migrate: migrateDatabase,
  seed: seedDatabase,
  reset: resetDatabase,
};

async function main(): Promise<void> {
  const verb = verbs[positionals[0] ?? ""];
  if (!verb) throw new Error(`What shall be done? One of: ${Object.keys(verbs).join(", ")}.`);
  const env = parseEnv(process.env);
  await withDatabase(env, () => verb(env));
}

main().catch((error: unknown) => {
  complain(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
