import { type SQL, sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { createTenant, type Tenant } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { sinks } from "#server/messages/testing-sinks";
import { sweepJobs } from "./sweep.ts";

beforeEach(() => sinks.forget());

const jobs: Record<string, [event: string, insert: SQL]> = {
  "an import": [
    "import/requested",
    sql`insert into import_jobs (file_name, status, wakes_at) values ('a.csv', 'processing', app_now())`,
  ],
  "an import on its way from an address": [
    "import/fetch.requested",
    sql`insert into import_jobs (file_name, status, wakes_at) values ('a.csv', 'fetching', app_now())`,
  ],
  "the undo of an import": [
    "import/undo.requested",
    sql`insert into import_jobs (file_name, status, wakes_at) values ('a.csv', 'rolling_back', app_now())`,
  ],
  "an export": [
    "export/requested",
    sql`insert into export_jobs (export_type, status, wakes_at) values ('full', 'processing', app_now())`,
  ],
  "an edit of contacts": [
    "contact-edit/requested",
    sql`insert into contact_edits (action, change, selection, summary, status, wakes_at)
      values ('archive', '{}', '{}', 'Archive', 'processing', app_now())`,
  ],
};

const add = ({ scope }: Tenant, statement: SQL) =>
  withTenant(scope, async (tx) => {
    const [row] = await tx.execute<{ id: string; fence: string }>(sql`${statement} returning id, fence`);
    return row?.id ?? "";
  });
const calledFor = ({ workspaceId }: Tenant) =>
  sinks.events.filter(({ data }) => data.workspaceId === workspaceId);

test.each(Object.entries(jobs))(
  "%s without a run is called for again; one that is worked on, or was just asked for, is not",
  async (_, [event, insert]) => {
    const tenant = await createTenant();
    const id = await add(tenant, insert);
    await sweepJobs();
    expect(calledFor(tenant)).toEqual([]);
    await moveClock("21 seconds");
    await sweepJobs();
    await sweepJobs();
    const [called, ...more] = calledFor(tenant);
    expect(called?.name).toBe(event);
    expect(Object.values(called?.data ?? {})).toContain(id);
    // The same word within the same minute: the engine refuses its id.
    expect(more.map((each) => each.id)).toEqual(more.map(() => called?.id));

    const table = sql.identifier(
      insert === jobs["an export"]?.[1]
        ? "export_jobs"
        : event.startsWith("import")
          ? "import_jobs"
          : "contact_edits",
    );
    const held = (until: SQL) =>
      withTenant(tenant.scope, (tx) =>
        tx.execute(
          sql`update ${table} set lease_until = ${until}, run_id = 'somebody' where id = ${id}::uuid`,
        ),
      );
    sinks.forget();
    await held(sql`app_now() + interval '2 minutes'`);
    await sweepJobs();
    expect(calledFor(tenant)).toEqual([]);
    await moveClock("2 minutes 1 second");
    await sweepJobs();
    expect(calledFor(tenant).map(({ name }) => name)).toEqual([event]);
  },
);

test("a job that waits for ten hours behind another is called for some times, not six hundred; a server that forgot all of it takes it at once", async () => {
  const tenant = await createTenant();
  await add(
    tenant,
    sql`insert into import_jobs (file_name, status, wakes_at) values ('a.csv', 'pending', app_now())`,
  );
  await moveClock("30 seconds");
  for (let minute = 0; minute < 600; minute += 5) {
    await sweepJobs();
    await moveClock("5 minutes");
  }
  const called = calledFor(tenant).length;
  expect(called).toBeGreaterThan(8);
  expect(called).toBeLessThan(18);
  sinks.forget();
  await sweepJobs();
  expect(calledFor(tenant)).toHaveLength(1);
});
