import path from "node:path";
import postgres from "postgres";
import { setTimeout as sleep } from "node:timers/promises";
import { startPostgres } from "./embedded.ts";
import { migrate, migrationsDigest } from "./migrate.ts";

/**
 * One Postgres for all test runs of this checkout, with fsync off. A run holds a lock of its own on it, makes its
 * databases as clones of a migrated template, and drops them at the end; the last run to leave stops the server.
 */
export type TestCluster = {
  port: number;
  /** Name of the migrated template: clones of it are what tests use. */
  template: string;
  /** Prefix of this run's clones. */
  run: string;
  release: () => Promise<void>;
};

export const testPassword = "test";
/** Session-level advisory locks on the `postgres` database, of this class. */
const lockClass = 7_412_001;
const everyone = 1;
const building = 2;

export async function joinTestCluster(dataDir: string, port: number): Promise<TestCluster> {
  for (;;) {
    const server = await startPostgres({
      dataDir: path.resolve(dataDir),
      port,
      password: testPassword,
      fast: true,
    });
    const sql = admin(server.port);
    try {
      await sql`select pg_advisory_lock_shared(${lockClass}, ${everyone})`;
      const run = `run_${process.pid}_${Math.random().toString(36).slice(2, 8)}`;
      await sql`select pg_advisory_lock(hashtextextended(${run}, 0))`;
      await dropLeftovers(sql);
      const template = await readyTemplate(sql, server.port);
      return { port: server.port, template, run, release: () => leave(sql, run, server.stop) };
    } catch (error) {
      await sql.end({ timeout: 1 });
      // The last run before this one stopped the server between our start and our lock.
      if (!gone(error)) throw error;
      await sleep(100);
    }
  }
}

/** URLs of one database of the cluster for its three roles. */
export function testUrls(port: number, template: string, database: string) {
  const url = (role: string) => `postgres://${role}:${testPassword}@127.0.0.1:${port}/${database}`;
  return { owner: url("postgres"), app: url(`${template}_app`), engine: url(`${template}_engine`) };
}

/** Makes the database unless it is there. */
export async function cloneTemplate(port: number, template: string, database: string): Promise<void> {
  const sql = admin(port);
  try {
    const found = await sql`select from pg_database where datname = ${database}`;
    if (found.length > 0) return;
    await sql`create database ${sql(database)} template ${sql(template)} strategy file_copy`;
    // A clone does not inherit the settings of its template.
    await sql`alter database ${sql(database)} set app.test_clock = 'on'`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

function admin(port: number): postgres.Sql {
  return postgres({
    host: "127.0.0.1",
    port,
    user: "postgres",
    password: testPassword,
    database: "postgres",
    max: 1,
    max_lifetime: null,
    onnotice: () => undefined,
    fetch_types: false,
  });
}

/** The template of these migrations, built by the first run that needs it. Its comment says that it is complete. */
async function readyTemplate(sql: postgres.Sql, port: number): Promise<string> {
  const template = `test_${migrationsDigest()}`;
  await sql`select pg_advisory_lock(${lockClass}, ${building})`;
  try {
    const [existing] = await sql<{ note: string | null }[]>`
      select shobj_description(oid, 'pg_database') as note from pg_database where datname = ${template}`;
    if (existing?.note === "ready") return template;
    await sql`drop database if exists ${sql(template)} with (force)`;
    await sql`create database ${sql(template)}`;
    const { owner, app, engine } = testUrls(port, template, template);
    await migrate({ ownerUrl: owner, appUrl: app, engineUrl: engine });
    await sql.unsafe(`comment on database ${template} is 'ready'`);
    await dropOldTemplates(sql, template);
    return template;
  } finally {
    await sql`select pg_advisory_unlock(${lockClass}, ${building})`;
  }
}

/** Clones of runs that are no more: nobody holds their lock. */
async function dropLeftovers(sql: postgres.Sql): Promise<void> {
  const clones = await sql<{ name: string; run: string }[]>`
    select datname as name, substring(datname from '^run_[0-9]+_[a-z0-9]+') as run
    from pg_database where datname ~ '^run_[0-9]+_[a-z0-9]+_'`;
  for (const { name, run } of clones) {
    const [row] = await sql<
      { over: boolean }[]
    >`select pg_try_advisory_lock(hashtextextended(${run}, 0)) as over`;
    if (!row?.over) continue;
    await sql`drop database if exists ${sql(name)} with (force)`;
    await sql`select pg_advisory_unlock(hashtextextended(${run}, 0))`;
  }
}

/** Keeps the newest few: colleagues may be running with other migrations at this moment. */
async function dropOldTemplates(sql: postgres.Sql, current: string): Promise<void> {
  const old = await sql<{ name: string }[]>`
    select d.datname as name from pg_database d
    where d.datname ~ '^test_[0-9a-f]{16}$' and d.datname <> ${current}
      and not exists (select from pg_stat_activity a where a.datname = d.datname)
    order by d.oid desc offset 4`;
  for (const { name } of old) {
    await sql`drop database if exists ${sql(name)}`;
    for (const suffix of ["app", "engine", "wide", "definer"]) {
      const role = `${name}_${suffix}`;
      const [used] = await sql`
        select from pg_shdepend where refclassid = 'pg_authid'::regclass
          and refobjid = (select oid from pg_roles where rolname = ${role}) limit 1`;
      if (!used) await sql`drop role if exists ${sql(role)}`;
    }
  }
}

async function leave(sql: postgres.Sql, run: string, stop: () => Promise<void>): Promise<void> {
  const clones = await sql<
    { name: string }[]
  >`select datname as name from pg_database where starts_with(datname, ${`${run}_`})`;
  for (const { name } of clones) await sql`drop database if exists ${sql(name)} with (force)`;
  await sql`select pg_advisory_unlock_shared(${lockClass}, ${everyone})`;
  const [row] = await sql<
    { alone: boolean }[]
  >`select pg_try_advisory_lock(${lockClass}, ${everyone}) as alone`;
  if (row?.alone) await stop();
  await sql.end({ timeout: 1 });
}

function gone(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return ["CONNECTION_CLOSED", "ECONNREFUSED", "ECONNRESET", "57P01", "57P03"].includes(code);
}
