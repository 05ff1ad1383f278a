import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { env } from "#server/env";
import { postgresError } from "./errors.ts";
import { grantAccess, type Login } from "./access.ts";

export type MigrateOptions = {
  /** Signs in as the owner of the tables. */
  ownerUrl: string;
  /** Whose role and password are made and granted. */
  appUrl: string;
  engineUrl: string;
  /** Where the SQL files are; ours unless given. */
  folder?: string;
  log?: (line: string) => void;
};

const ourFolder = path.join(import.meta.dirname, "migrations");
const oldestServer = 150_000;

/**
 * Brings the database to the newest migration, then roles and grants to what they should be. Each file is one
 * transaction; a file whose first line is `-- no transaction` holds one statement that Postgres refuses inside one,
 * such as CREATE INDEX CONCURRENTLY. Safe to run again, and by two processes at once. Returns the files applied.
 */
export async function migrate({
  ownerUrl,
  appUrl,
  engineUrl,
  folder = ourFolder,
  log = () => undefined,
}: MigrateOptions): Promise<string[]> {
  await makeDatabase(ownerUrl, log);
  const sql = postgres(ownerUrl, {
    max: 2,
    onnotice: () => undefined,
    connection: { application_name: "postroad-migrate" },
  });
  try {
    await refuseUnfitServer(sql);
    return await alone(sql, async () => {
      await lendDefiner(sql);
      try {
        const applied = await applyAll(sql, migrationFiles(folder), log);
        await grantAccess(sql, {
          app: loginOf("DATABASE_URL", appUrl),
          engine: loginOf("ENGINE_DATABASE_URL", engineUrl),
        });
        return applied;
      } finally {
        await takeBackDefiner(sql);
      }
    });
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Digest of all migrations: names what a database was built from. */
export function migrationsDigest(): string {
  const digest = createHash("sha256");
  for (const file of migrationFiles(ourFolder)) digest.update(file.name).update(file.text);
  digest.update(fs.readFileSync(path.join(import.meta.dirname, "access.ts")));
  return digest.digest("hex").slice(0, 16);
}

type MigrationFile = { name: string; text: string; hash: string; transactional: boolean };

function migrationFiles(folder: string): MigrationFile[] {
  return fs
    .readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => {
      const text = fs.readFileSync(path.join(folder, name), "utf8");
      const hash = createHash("sha256").update(text).digest("hex");
      return { name, text, hash, transactional: !text.startsWith("-- no transaction") };
    });
}

/** Creates the database of the URL when the server has none of that name. */
async function makeDatabase(ownerUrl: string, log: (line: string) => void): Promise<void> {
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => undefined, fetch_types: false });
  try {
    await sql`select 1`;
  } catch (error) {
    if (postgresError(error)?.code !== "3D000") throw error;
    const url = new URL(ownerUrl);
    const database = decodeURIComponent(url.pathname.slice(1));
    url.pathname = "/postgres";
    const server = postgres(url.href, { max: 1, onnotice: () => undefined, fetch_types: false });
    log(`creating the database ${database}`);
    try {
      await server`create database ${server(database)}`;
    } catch (clash) {
      // 42P04, 23505: another process created it first.
      if (!["42P04", "23505"].includes(postgresError(clash)?.code ?? "")) throw clash;
    } finally {
      await server.end();
    }
  } finally {
    await sql.end();
  }
}

async function refuseUnfitServer(sql: postgres.Sql): Promise<void> {
  const [server] = await sql<{ number: number; version: string; missing: string[] }[]>`
    select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
      array(select wanted from unnest(array['pg_trgm', 'btree_gin']) wanted
        where not exists (select from pg_available_extensions where name = wanted)) as missing`;
  if (!server) throw new Error("Postgres does not say which version it is.");
  if (server.number < oldestServer) {
    throw new Error(
      `This Postgres is ${server.version}. Postroad needs 15 or newer: upgrade it, or use another server.`,
    );
  }
  if (server.missing.length === 0) return;
  throw new Error(
    `This Postgres lacks the extension${server.missing.length > 1 ? "s" : ""} ${server.missing.join(" and ")}. `
      + "Install the contrib package of your Postgres (postgresql-contrib), then start again.",
  );
}

/**
 * Holds the migration lock meanwhile. It is polled for and never waited for inside a statement: a waiting statement
 * holds a snapshot, which CREATE INDEX CONCURRENTLY of the lock's holder would wait for in turn, for ever.
 */
async function alone<T>(sql: postgres.Sql, work: () => Promise<T>): Promise<T> {
  for (;;) {
    const outcome = await sql.begin(async (lock) => {
      // By the simple protocol: a parameterised statement leaves a portal, and with it a snapshot, open.
      const [row] = await lock.unsafe<{ mine: boolean }[]>(
        "select pg_try_advisory_xact_lock(hashtext('postroad.migrate')) as mine",
      );
      return row?.mine ? { done: await work() } : undefined;
    });
    if (outcome) return outcome.done;
    await sleep(100);
  }
}

async function applyAll(
  sql: postgres.Sql,
  files: MigrationFile[],
  log: (line: string) => void,
): Promise<string[]> {
  await sql`
    create table if not exists public.schema_migrations (
      name text primary key, hash text not null, applied_at timestamptz not null default clock_timestamp())`;
  const done = new Map(
    (await sql<{ name: string; hash: string }[]>`select name, hash from public.schema_migrations`).map(
      (row) => [row.name, row.hash],
    ),
  );
  refuseForeignHistory(done, files);
  const fresh = files.filter(({ name }) => !done.has(name));
  for (const file of fresh) {
    log(`migrating: ${file.name}`);
    if (file.transactional) await applyInTransaction(sql, file);
    else await applyConcurrently(sql, file);
  }
  return fresh.map(({ name }) => name);
}

function refuseForeignHistory(done: Map<string, string>, files: MigrationFile[]): void {
  for (const { name, hash } of files) {
    const applied = done.get(name);
    if (applied === undefined || applied === hash) continue;
    throw new Error(
      `The migration ${name} was changed after this database ran it. Restore the file, and put the change into a new one.`,
    );
  }
  const unknown = [...done.keys()].filter((name) => !files.some((file) => file.name === name));
  if (unknown.length === 0) return;
  throw new Error(
    `This database is newer than this code: it has run ${unknown.join(", ")}, which is not here. Update the code.`,
  );
}

async function applyInTransaction(sql: postgres.Sql, { name, text, hash }: MigrationFile): Promise<void> {
  try {
    await sql.begin(async (tx) => {
      await tx`set local lock_timeout = '10s'`;
      await tx.unsafe(text).simple();
      await tx`insert into public.schema_migrations (name, hash) values (${name}, ${hash})`;
    });
  } catch (cause) {
    throw new Error(`The migration ${name} failed and was undone: ${(cause as Error).message}`, { cause });
  }
}

async function applyConcurrently(sql: postgres.Sql, { name, text, hash }: MigrationFile): Promise<void> {
  const index =
    /create (?:unique )?index concurrently (?:if not exists )?"?(\w+)"?\s+on\s+"?(?:(\w+)"?\.)?/i.exec(text);
  // A build that was killed leaves an invalid index of that name, which IF NOT EXISTS would take for the real one.
  if (index) {
    const qualified = `${index[2] ?? "public"}.${index[1]}`;
    const [left] = await sql`
      select from pg_index where indexrelid = to_regclass(${qualified}) and not indisvalid`;
    if (left) await sql.unsafe(`drop index concurrently ${qualified}`);
  }
  try {
    await sql.unsafe(text).simple();
  } catch (cause) {
    throw new Error(`The migration ${name} failed: ${(cause as Error).message}. Start again to retry it.`, {
      cause,
    });
  }
  await sql`insert into public.schema_migrations (name, hash) values (${name}, ${hash})`;
}

/**
 * What belongs to the definer role can be changed only by a member of it. An owner that is no superuser is one for
 * as long as it migrates, and no longer: a member sees every tenant's rows.
 */
async function lendDefiner(sql: postgres.Sql): Promise<void> {
  const role = await definerRole(sql);
  if (role) await sql.unsafe(`grant ${role} to current_user`);
}

async function takeBackDefiner(sql: postgres.Sql): Promise<void> {
  const role = await definerRole(sql);
  if (role) await sql.unsafe(`revoke ${role} from current_user`);
}

/** Its quoted name; undefined before it is made, and for a superuser, who needs no membership. */
async function definerRole(sql: postgres.Sql): Promise<string | undefined> {
  const [role] = await sql<{ name: string }[]>`
    select quote_ident(rolname) as name from pg_roles
    where rolname = current_database() || '_definer'
      and not (select rolsuper from pg_roles where rolname = current_user)`;
  return role?.name;
}

function loginOf(variable: string, url: string): Login {
  const { username, password } = new URL(url);
  if (username === "")
    throw new Error(`${variable} names no user: write postgres://user:password@host/database.`);
  return { role: decodeURIComponent(username), password: decodeURIComponent(password) };
}

if (import.meta.main) {
  const applied = await migrate({
    ownerUrl: env.DATABASE_OWNER_URL,
    appUrl: env.DATABASE_URL,
    engineUrl: env.ENGINE_DATABASE_URL,
    log: (line) => console.log(line),
  });
  console.log(
    applied.length > 0
      ? `The database is up to date (${applied.length} migrations applied).`
      : "The database was up to date.",
  );
}
