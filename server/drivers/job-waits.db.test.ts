import { type SQL, sql } from "drizzle-orm";
import { RetryAfterError } from "inngest";
import { expect, test } from "vitest";
import { appNow } from "#db/clock";
import { createWorkspace } from "#db/factories";
import { type Scope, withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { asOwner } from "#db/testing-database";
import { findUnexplained } from "#server/analytics/testing-standstills";
import { takeOver } from "./mutations.ts";
import { jobRetries, retried } from "./retries.ts";
import type { DriverRef } from "./rows.ts";
import { jobsAtOnce, type JobLane, type JobWait } from "./schema.ts";

type Newcomer = Awaited<ReturnType<typeof newTenant>>;
type Kind = {
  table: "import_jobs" | "export_jobs" | "contact_edits";
  insert: SQL;
  /** What the page of the job says of it. */
  seen: (tenant: Newcomer, id: string) => Promise<JobWait>;
  name: string;
};

const importOf = ({ caller }: Newcomer, id: string) => caller.imports.byId({ id });
const kinds: Partial<Record<JobLane, Kind>> = {
  import: {
    table: "import_jobs",
    insert: sql`insert into import_jobs (file_name, file_format, status, wakes_at) values ('people.csv', '{}', 'processing', app_now())`,
    seen: importOf,
    name: "people.csv",
  },
  fetch: {
    table: "import_jobs",
    insert: sql`insert into import_jobs (file_name, file_format, status, wakes_at) values ('far.csv', '{}', 'fetching', app_now())`,
    seen: async ({ caller }, id) => {
      const { rows } = await caller.imports.list({});
      const row = rows.find((each) => each.id === id);
      if (!row) throw new Error("The import is not in the history.");
      return row;
    },
    name: "far.csv",
  },
  undo: {
    table: "import_jobs",
    insert: sql`insert into import_jobs (file_name, file_format, status, wakes_at) values ('gone.csv', '{}', 'rolling_back', app_now())`,
    seen: importOf,
    name: "gone.csv",
  },
  export: {
    table: "export_jobs",
    insert: sql`insert into export_jobs (export_type, status, wakes_at) values ('full', 'pending', app_now())`,
    seen: async ({ caller }, id) => {
      const { rows } = await caller.exports.list({});
      const row = rows.find((each) => each.id === id);
      if (!row) throw new Error("The export is not in the list.");
      return row;
    },
    name: "All contacts",
  },
  edit: {
    table: "contact_edits",
    insert: sql`insert into contact_edits (action, change, selection, summary, status, wakes_at)
      values ('archive', '{}', '{}', 'Archive', 'pending', app_now())`,
    seen: ({ caller }, id) => caller.contactEdits.byId({ id }),
    name: "Archive",
  },
};

const add = (scope: Scope, { insert }: Kind) =>
  withTenant(scope, async (tx) => {
    const [row] = await tx.execute<{ id: string }>(sql`${insert} returning id`);
    if (!row) throw new Error("Nothing was added.");
    return row.id;
  });
async function takeUp(scope: Scope, ref: DriverRef): Promise<number> {
  const fence = await withTenant(scope, (tx) => takeOver(tx, ref, { runId: `run of ${ref.id}` }));
  if (fence === null) throw new Error("Somebody else has it.");
  return fence;
}
const letGo = (scope: Scope, { table, id }: DriverRef) =>
  withTenant(scope, (tx) =>
    tx.execute(sql`update ${sql.identifier(table)} set lease_until = null, run_id = null, wakes_at = app_now()
      where id = ${id}::uuid`),
  );

const busy = { waitCode: null, waitUntil: null, waitLane: null, waitsBehind: null };

test.each(Object.entries(kinds))(
  "a waiting %s says why, and until when: it begins, another of the organization comes first, it rests after a failure, or nobody is there",
  async (lane, kind) => {
    const tenant = await newTenant();
    const { scope } = tenant;
    const sibling = await createWorkspace(tenant);
    const stranger = await newTenant();
    const ref = { table: kind.table, id: await add(scope, kind) };
    const waits = async () => {
      const { waitCode, waitUntil, waitLane, waitsBehind } = await kind.seen(tenant, ref.id);
      return { waitCode, waitUntil, waitLane, waitsBehind };
    };
    const nextMinute = async () => {
      const now = await withTenant(scope, appNow);
      return new Date(Math.floor(now.getTime() / 60_000 + 1) * 60_000);
    };
    const looked = async (waitCode: string, waitsBehind: string | null = null) => ({
      waitCode,
      waitLane: expect.anything() as unknown,
      waitsBehind,
      waitUntil: await nextMinute(),
    });
    expect(await waits()).toMatchObject({ waitCode: "starting", waitsBehind: null });

    // What another organization has in hand is nothing to this one; what another workspace of it has comes first, unnamed.
    await takeUp(stranger.scope, { table: kind.table, id: await add(stranger.scope, kind) });
    expect(await waits()).toMatchObject({ waitCode: "starting" });
    const others: DriverRef[] = [];
    for (let count = 0; count < jobsAtOnce[lane as JobLane]; count++) {
      expect(await waits()).toMatchObject({ waitCode: "starting" });
      const other = { table: kind.table, id: await add(sibling.scope, kind) };
      await takeUp(sibling.scope, other);
      others.push(other);
    }
    expect(await waits()).toMatchObject({ ...(await looked("behind_other_job")), waitLane: lane });
    for (const other of others) await letGo(sibling.scope, other);

    // One of this workspace is named, however long it takes.
    const firsts = [];
    for (let count = 0; count < jobsAtOnce[lane as JobLane]; count++) {
      const first = { table: kind.table, id: await add(scope, kind) };
      await takeUp(scope, first);
      firsts.push(first);
    }
    await moveClock("100 seconds");
    expect(await waits()).toMatchObject(await looked("behind_other_job", kind.name));
    for (const first of firsts) await letGo(scope, first);

    expect(await waits()).toMatchObject(await looked("no_worker"));
    expect(await findUnexplained(scope)).toEqual([]);
    const url = `http://127.0.0.1:1/${ref.id}`;
    await asOwner(
      (owner) => owner`insert into queue.workers (url, beat_at) values (${url}, clock_timestamp())`,
    );
    expect(await waits()).toMatchObject(await looked("late"));
    await asOwner((owner) => owner`delete from queue.workers where url = ${url}`);

    const fence = await takeUp(scope, ref);
    expect(await waits()).toEqual(busy);
    const failure = new Error("The disk is full.");
    const thrown = await retried({ scope, ref, fence }, { attempt: 2 }, () => Promise.reject(failure)).catch(
      (error: unknown) => error,
    );
    expect(await findUnexplained(scope)).toEqual([]);
    const resting = await waits();
    expect(resting).toMatchObject({ waitCode: "retrying", waitsBehind: null });
    const seconds =
      ((resting.waitUntil?.getTime() ?? 0) - (await withTenant(scope, appNow)).getTime()) / 1000;
    expect(seconds).toBeGreaterThan(10);
    expect(seconds).toBeLessThanOrEqual(16);
    // The server that runs it is told the same moment.
    expect(thrown).toBeInstanceOf(RetryAfterError);
    expect((thrown as RetryAfterError).retryAfter).toBe(resting.waitUntil?.toISOString());
    expect(thrown).toMatchObject({ message: failure.message, cause: failure });
  },
);

test("the last try of a job fails as it failed, and one that another run drives rests for nobody", async () => {
  const tenant = await newTenant();
  const { scope } = tenant;
  const kind = kinds.export;
  if (!kind) throw new Error("No exports.");
  const ref = { table: kind.table, id: await add(scope, kind) };
  const fence = await takeUp(scope, ref);
  const failure = new Error("Out of reach.");
  const fail = () => Promise.reject(failure);
  await expect(retried({ scope, ref, fence }, { attempt: jobRetries }, fail)).rejects.toBe(failure);
  expect(await kind.seen(tenant, ref.id)).toMatchObject({ waitCode: "retrying" });
  const next = await takeUp(scope, ref);
  await expect(retried({ scope, ref, fence: next - 1 }, { attempt: 0 }, fail)).rejects.toBe(failure);
  expect(await kind.seen(tenant, ref.id)).toMatchObject(busy);
});
