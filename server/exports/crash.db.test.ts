import { spawn } from "node:child_process";
import { once } from "node:events";
import { sql } from "drizzle-orm";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { asOwner } from "#db/testing-database";
import { sinks } from "#server/messages/testing-sinks";

/*
 * Exports that die. The step of a run that died is tried again by the same run, as an Inngest server does; a step whose
 * answer was lost is done twice.
 */

const { storage } = await import("#server/storage");
const { mailExport } = await import("./mails.ts");
const { takeExport, writeExport } = await import("./run.ts");
const { askForExport, download } = await import("./testing.ts");

type TestTenant = Awaited<ReturnType<typeof newTenant>>;
const people = 600;
let tenant: TestTenant;
beforeAll(async () => {
  tenant = await newTenant();
  await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`insert into contacts (email, email_normalized, first_name)
      select 'p' || n || '@example.test', 'p' || n || '@example.test', repeat('Ada ', 30) from generate_series(1, ${people}::int) n`),
  );
});

/** Calls `step` until it answers, and once more when the answer gets lost; says how often it died. */
async function live<T>(
  step: () => Promise<T>,
  answerIsLost: boolean,
): Promise<{ result: T; deaths: number }> {
  for (let deaths = 0; ; deaths++) {
    try {
      const result = await step();
      return { result: answerIsLost ? await step() : result, deaths };
    } catch (error) {
      if (deaths > 20) throw error;
    }
  }
}

/** The export from its event to its mail. */
async function run(id: string, answersAreLost = false): Promise<number> {
  const runId = `run of ${id}`;
  const taken = await live(() => takeExport(tenant.scope, id, runId), answersAreLost);
  const fence = taken.result ?? 0;
  const written = await live(() => writeExport(tenant.scope, id, fence), answersAreLost);
  expect(written.result).toBe(people);
  const mailed = await live(() => mailExport(tenant.scope, id), answersAreLost);
  return taken.deaths + written.deaths + mailed.deaths;
}

/** What an export leaves behind for everybody to see. */
async function endState(id: string) {
  const file = await download(tenant, id);
  const job = await tenant.caller.exports.byId({ id });
  const told = (await tenant.caller.notifications.list()).rows.length;
  const { status, processed, total, problem, fileSize } = job;
  return {
    file: file.toString("utf8"),
    told,
    status,
    processed,
    total,
    problem,
    fileSize,
  };
}

async function filesOf(ids: readonly string[]): Promise<number[]> {
  const keys: string[] = [];
  for await (const key of storage.list()) keys.push(key);
  return ids.map((id) => keys.filter((key) => key.includes(`/exports/${id}/`)).length);
}

const forgetTellings = () => asOwner((owner) => owner`delete from notify.notifications`);

/** Has the statement that is to come so many changes of the export from now die; or, `pause` given, wait to be killed. */
async function dieAt(change: number, pause = false): Promise<void> {
  const act = pause ? "perform pg_sleep(60)" : "raise sqlstate 'XX000' using message = 'killed'";
  await asOwner(async (owner) => {
    await owner.unsafe(`
      create or replace function die() returns trigger language plpgsql security definer as $$ begin
        if new.workspace_id = '${tenant.workspaceId}' and nextval('public.changes') = ${change} then ${act}; end if; return new; end $$;
      drop sequence if exists changes; create sequence changes;
      grant usage on sequence changes to public;
      create or replace trigger die after insert or update on export_jobs for each row execute function die();
      create or replace trigger die after insert on notify.notifications for each row execute function die()`);
  });
  onTestFinished(() =>
    asOwner((owner) =>
      owner.unsafe("drop function if exists die cascade; drop sequence if exists changes"),
    ).then(() => undefined),
  );
}

test("an export that dies at any statement, or whose answers are lost, ends as one that lived", async () => {
  const whole = await askForExport(tenant);
  expect(await run(whole)).toBe(0);
  const expected = await endState(whole);
  expect(expected).toMatchObject({
    status: "completed",
    total: people,
    processed: people,
    told: 1,
  });

  const ids: string[] = [];
  let deadly = 0;
  for (let change = 1, died = 1; died > 0; change++) {
    await forgetTellings();
    const id = await askForExport(tenant);
    ids.push(id);
    await dieAt(change);
    died = await run(id, change % 2 === 0);
    deadly += died;
    expect({ change, ...(await endState(id)) }).toEqual({ change, ...expected });
  }
  expect(deadly).toBeGreaterThan(6);
  expect(await filesOf(ids)).toEqual(ids.map(() => 1));
  const mails = Map.groupBy(sinks.mails, ({ messageId }) => messageId);
  // It dies between the mail server's yes and the row that says so once: then the same mail comes twice.
  expect([...mails.values()].filter((same) => same.length > 1).length).toBeLessThanOrEqual(1);
  expect(sinks.mails.length - mails.size).toBeLessThanOrEqual(1);
}, 60_000);

test("a process that is killed while it writes the file is followed by one that ends as if nothing had been", async () => {
  await forgetTellings();
  const whole = await askForExport(tenant);
  await run(whole);
  const expected = await endState(whole);
  // 4: the file is being written; 5: it is in the store, and nobody knows.
  for (const change of [4, 5]) {
    await forgetTellings();
    const id = await askForExport(tenant);
    await dieAt(change, true);
    const { tenantId, workspaceId } = tenant;
    const args = ["server/exports/testing-process.ts", tenantId, workspaceId, id, `run of ${id}`];
    const child = spawn(process.execPath, args, { stdio: "ignore" });
    const asleep = await expect.poll(sleeper, { timeout: 20_000 }).not.toBe(null).then(sleeper);
    child.kill("SIGKILL");
    await once(child, "exit");
    await asOwner((owner) => owner`select pg_terminate_backend(${asleep})`);
    await run(id);
    expect({ change, ...(await endState(id)) }).toEqual({ change, ...expected });
  }
}, 60_000);

/** The backend that waits to be killed. */
const sleeper = () =>
  asOwner(async (owner) => {
    const [row] = await owner<{ pid: number }[]>`
      select pid from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`;
    return row?.pid ?? null;
  });
