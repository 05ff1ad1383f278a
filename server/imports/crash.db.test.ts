import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { v7 } from "uuid";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { asOwner } from "#db/testing-database";
import { requestCheck } from "./mutations.ts";
import { importOptions } from "./schema.ts";
import { begin, importFile, type TestTenant, upload } from "./testing.ts";
import { doingsOf } from "./testing-copy.ts";
import { carryOut } from "./testing-run.ts";
import { requestUndo } from "./undo.ts";

/*
 * Imports and undos whose process is killed at statements that chance picks, KILLS times each: a process takes two
 * seconds of work to begin. KILL_SEED replays a run that failed.
 */

const seed = Number(process.env.KILL_SEED ?? Math.trunc(Math.random() * 2 ** 31));
const kills = Number(process.env.KILLS ?? 2);
const people = 140;
const known = 40;
const address = (who: number) => `p${String(who).padStart(3, "0")}@example.com`;

const before = `email,first_name,plan,tags\n${Array.from({ length: known }, (_, who) => `${address(who)},Before,old,vip\n`).join("")}`;
/** New and known people, some of them twice and far apart, some rows that are refused, tags of their own. */
const file = (() => {
  const row = (who: number, n: number) =>
    `${n % 41 === 7 ? "nobody" : address(who)},${n % 3 === 0 ? "" : `First ${n}`},plan ${n % 5},"${n % 4 === 0 ? `vip;tag ${n % 3}` : ""}"\n`;
  const rows = Array.from({ length: people }, (_, n) => row(n, n));
  const again = Array.from({ length: 25 }, (_, n) => row(n * 5, people + n));
  return gzipSync(`email,first_name,plan,tags\n${[...rows, ...again].join("")}`);
})();

const watched =
  "contacts contact_tags segment_contacts tags segments import_events import_row_errors import_jobs notify.notifications custom_field_definitions";

/** A statement of the workspace that changes something stands still when it is the next to be killed. */
const plant = (workspaceId: string) =>
  asOwner((owner) =>
    owner.unsafe(`
      create sequence changes; create table deadly (change int); insert into deadly values (0);
      grant usage on sequence changes to public; grant select on deadly to public;
      create function stand_still() returns trigger language plpgsql as $$ begin
        if current_setting('app.current_workspace_id', true) = '${workspaceId}'
          and nextval('public.changes') = (select change from public.deadly) then perform pg_sleep(60); end if;
        return null; end $$;
      ${watched
        .split(" ")
        .map(
          (table) =>
            `create trigger stand_still after insert or update or delete on ${table} for each statement execute function stand_still();`,
        )
        .join("\n")}`),
  );

/** Has the statement that is so many changes from now stand still; 0 for none. */
const standAt = (change: number) =>
  asOwner((owner) => owner.unsafe(`update deadly set change = ${change}; alter sequence changes restart;`));

let lived: TestTenant;
let killed: TestTenant;
beforeAll(async () => {
  [lived, killed] = [await newTenant(), await newTenant()];
  await plant(killed.workspaceId);
});
afterAll(() =>
  asOwner((owner) =>
    owner.unsafe(
      "drop function if exists stand_still cascade; drop sequence if exists changes; drop table if exists deadly",
    ),
  ).then(() => undefined),
);

function start({ tenantId, workspaceId }: TestTenant): ChildProcess {
  const args = ["server/imports/testing-process.ts", tenantId, workspaceId];
  const env = { ...process.env, NODE_COMPILE_CACHE: `${process.env.DATA_DIR}/compile-cache` };
  return spawn(process.execPath, args, { stdio: ["pipe", "ignore", "inherit"], env });
}

/** Has what is asked of the import done by one process after the other, each killed at a change, unless it ends before. */
async function dieAndGoOn(id: string, changes: readonly number[]): Promise<{ died: number; over: boolean }> {
  let runId = v7();
  let next = changes.length > 0 ? start(killed) : null;
  let over = false;
  let died = 0;
  for (const [at, change] of changes.entries()) {
    const child = next ?? start(killed);
    // It begins while this one lives.
    next = at + 1 < changes.length ? start(killed) : null;
    await standAt(change);
    child.stdin?.write(`${id} ${runId}\n`);
    over = !(await diesStanding(child));
    if (over) break;
    died += 1;
    // Now the same run tries its step again, now a new one takes over when the lease has run out.
    if (died % 2 === 1) continue;
    await moveClock("10 minutes");
    runId = v7();
  }
  next?.kill("SIGKILL");
  await standAt(0);
  return { died, over };
}

/** Kills a process once it stands still; false when it has come to its end. */
async function diesStanding(child: ChildProcess): Promise<boolean> {
  const ended = once(child, "exit");
  return asOwner(async (owner) => {
    while (child.exitCode === null) {
      const [asleep] = await owner<{ pid: number }[]>`
        select pid from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`;
      if (asleep) {
        child.kill("SIGKILL");
        await ended;
        await owner`select pg_terminate_backend(${asleep.pid})`;
        return true;
      }
      await sleep(20);
    }
    expect(child.exitCode).toBe(0);
    return false;
  });
}

/** An import of the file and its undo, with hands on contacts in between; `work` does what is asked of the job. */
async function importAndUndo(tenant: TestTenant, work: (id: string) => Promise<void>) {
  await importFile(tenant, before, { newList: "Old" });
  const { id, mapping } = await upload(tenant, file, "people.csv.gz");
  const options = importOptions.parse({ tags: ["spring"], newList: "New", duplicates: "overwrite" });
  await withTenant(tenant.scope, (tx) => requestCheck(tx, id, mapping, options));
  await work(id);
  await begin(tenant, id);
  await work(id);
  const imported = await doingsOf(tenant.scope, id);
  await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`
      update contacts set first_name = 'By hand', version = version + 1, updated_at = app_now()
      where email_normalized ~ '[05]@'`),
  );
  await withTenant(tenant.scope, (tx) => requestUndo(tx, id, tenant.userId));
  await work(id);
  const told = (await tenant.caller.notifications.list()).rows.map(({ title }) => title);
  return { imported, undone: await doingsOf(tenant.scope, id), told };
}

test(
  `an import and its undo whose process is killed end as those that lived (seed ${seed})`,
  async () => {
    const points = fc.sample(fc.integer({ min: 1, max: 14 }), { seed, numRuns: 2 * kills });
    // The check writes nothing but what it found.
    const plan = [[], points.slice(0, kills), points.slice(kills)];
    const deaths: number[] = [];
    const whole = await importAndUndo(lived, (id) => carryOut(lived.scope, id, v7()));
    expect(whole.imported.job).toMatchObject([
      { status: "completed", total_rows: people + 25, error_count: 4 },
    ]);
    expect(whole.undone.job).toMatchObject([{ status: "rolled_back" }]);
    const after = await importAndUndo(killed, async (id) => {
      const { died, over } = await dieAndGoOn(id, plan[deaths.length] ?? []);
      deaths.push(died);
      if (over) return;
      await moveClock("10 minutes");
      await carryOut(killed.scope, id, v7());
    });
    expect(after).toEqual(whole);
    expect(deaths).toEqual([0, kills, kills]);
  },
  60_000 + kills * 20_000,
);
