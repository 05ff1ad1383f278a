import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { afterAll, expect, inject, test } from "vitest";
import { migrate } from "./migrate.ts";
import { testPassword, testUrls } from "./testing-cluster.ts";

const { port, run } = inject("testCluster");
const made: string[] = [];

/** URLs of a database that does not exist yet, with roles of its own. */
function fresh() {
  const database = `${run}_m${randomUUID().slice(0, 6)}`;
  made.push(database);
  const { owner, app, engine } = testUrls(port, database, database);
  return { database, ownerUrl: owner, appUrl: app, engineUrl: engine };
}

const server = postgres(`postgres://postgres:${testPassword}@127.0.0.1:${port}/postgres`, {
  max: 1,
  onnotice: () => undefined,
});

afterAll(async () => {
  for (const database of made) {
    await server`drop database if exists ${server(database)} with (force)`;
    for (const suffix of ["app", "engine", "wide", "definer"])
      await server`drop role if exists ${server(`${database}_${suffix}`)}`;
  }
  await server.end();
});

/** A folder of migrations: the real ones are slow to run often, and cannot fail half-way. */
function folderOf(files: Record<string, string>): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "postroad-migrations-"));
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  return folder;
}

const base = {
  "0000_base.sql": `create function public.app_now() returns timestamptz language sql as 'select now()';
    create function public.uuidv7() returns uuid language sql as 'select gen_random_uuid()';
    create table public.test_clock (id int); create table public.things (id int, tenant_id uuid);`,
};

test("two processes that migrate at once make one database, and a third finds nothing to do", async () => {
  const target = fresh();
  const folder = folderOf({
    ...base,
    "0001_index.sql": "-- no transaction\ncreate index concurrently things_id on public.things (id);",
  });
  const both = await Promise.all([migrate({ ...target, folder }), migrate({ ...target, folder })]);
  expect(both.map((applied) => applied.length).sort()).toEqual([0, 2]);
  expect(await migrate({ ...target, folder })).toEqual([]);
});

test("a migration that fails leaves nothing behind, and runs when it is mended", async () => {
  const target = fresh();
  const broken = folderOf({ ...base, "0001_more.sql": "create table public.more (id int); select 1 / 0;" });
  await expect(migrate({ ...target, folder: broken })).rejects.toThrow(
    "0001_more.sql failed and was undone: division by zero",
  );
  const mended = folderOf({ ...base, "0001_more.sql": "create table public.more (id int);" });
  expect(await migrate({ ...target, folder: mended })).toEqual(["0001_more.sql"]);
});

test("an index whose build was killed is built again", async () => {
  const target = fresh();
  await migrate({ ...target, folder: folderOf(base) });
  const owner = postgres(target.ownerUrl, { max: 1, onnotice: () => undefined });
  await owner`insert into things (id) values (1), (1)`;
  await expect(owner`create unique index concurrently things_once on public.things (id)`).rejects.toThrow(
    "could not create unique index",
  );
  await owner`truncate things`;
  const folder = folderOf({
    ...base,
    "0001_index.sql":
      "-- no transaction\ncreate unique index concurrently if not exists things_once on public.things (id);",
  });
  expect(await migrate({ ...target, folder })).toEqual(["0001_index.sql"]);
  expect([
    ...(await owner`select indisvalid from pg_index where indexrelid = 'things_once'::regclass`),
  ]).toEqual([{ indisvalid: true }]);
  await owner.end();
});

test("a changed or unknown history is refused with what to do", async () => {
  const target = fresh();
  await migrate({ ...target, folder: folderOf({ ...base, "0001_a.sql": "select 1" }) });
  await expect(
    migrate({ ...target, folder: folderOf({ ...base, "0001_a.sql": "select 2" }) }),
  ).rejects.toThrow("0001_a.sql was changed after this database ran it");
  await expect(migrate({ ...target, folder: folderOf(base) })).rejects.toThrow(
    "newer than this code: it has run 0001_a.sql",
  );
});

test("an app role that owns the tables or bypasses the policies is refused", async () => {
  const target = fresh();
  const folder = folderOf(base);
  await expect(migrate({ ...target, appUrl: target.ownerUrl, folder })).rejects.toThrow(
    "DATABASE_URL signs in as postgres, which owns the tables",
  );
  await migrate({ ...target, folder });
  await server.unsafe(`alter role ${target.database}_app bypassrls`);
  await expect(migrate({ ...target, folder })).rejects.toThrow("bypasses row-level security");
});

test("a second start takes nothing away: the app can still have the performance view refreshed", async () => {
  const target = fresh();
  await migrate(target);
  await migrate(target);
  const app = postgres(target.appUrl, { max: 1 });
  try {
    expect(await app`select refresh_campaign_performance()`).toHaveLength(1);
  } finally {
    await app.end();
  }
});

test("an owner that is no superuser can migrate everything, and sees no tenant's rows afterwards", async () => {
  const target = fresh();
  const role = `${target.database}_definer`.replace("_definer", "_wide").replace("_wide", "_owner");
  await server.unsafe(`create role ${role} login createrole password '${testPassword}'`);
  await server.unsafe(`create database ${target.database} owner ${role}`);
  const ownerUrl = target.ownerUrl.replace("//postgres:", `//${role}:`);
  try {
    expect((await migrate({ ...target, ownerUrl })).length).toBeGreaterThan(5);
    expect(await migrate({ ...target, ownerUrl })).toEqual([]);
    const owner = postgres(ownerUrl, { max: 1 });
    const [row] = await owner`
      select pg_has_role(current_user, ${`${target.database}_definer`}, 'USAGE') as sees, 
        (select count(*)::int from pg_proc where prosecdef and proname like 'auth%' and proowner = to_regrole(${`${target.database}_definer`})) as moved`;
    await owner.end();
    expect(row).toEqual({ sees: false, moved: 7 });
  } finally {
    await server`drop database if exists ${server(target.database)} with (force)`;
    for (const suffix of ["app", "engine", "wide", "definer"])
      await server`drop role if exists ${server(`${target.database}_${suffix}`)}`;
    await server`drop role if exists ${server(role)}`;
  }
});
