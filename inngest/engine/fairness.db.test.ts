import { randomUUID } from "node:crypto";
import { afterAll, beforeEach, expect, test } from "vitest";
import { priorityOf } from "#inngest/queues";
import { env } from "#server/env";
import { answerMetrics } from "#server/metrics";
import { asOwner } from "#db/testing-database";
import { beat, claim, type Job, releaseAll } from "./claim.ts";
import { openDatabase } from "./database.ts";
import { readDepths } from "./health.ts";
import { measureQueues } from "./metrics.ts";
import { prune } from "./prune.ts";

type Owner = Parameters<Parameters<typeof asOwner>[0]>[0];
const database = openDatabase(env.ENGINE_DATABASE_URL, 2);
afterAll(() => database.end());
beforeEach(() =>
  asOwner(async (sql) => {
    await sql`truncate queue.functions, queue.jobs, queue.runs, queue.steps, queue.events`;
    await sql`
      insert into queue.functions (id, app_id, name, queue_name, max_attempts, config, checksum, concurrency_limit_1)
      values ('lab-f', 'lab', 'f', 'email-processing', 1, '{}', '', 1)`;
  }),
);

type NewJobs = { tenantId: string; count: number; minutesAgo: number; key?: string; queue?: string };

/** Jobs of one tenant that fell due one after the other. */
const enqueue = ({ tenantId, count, minutesAgo, key, queue = "email-processing" }: NewJobs) =>
  asOwner(
    (sql) => sql`
      insert into queue.jobs (queue_name, tenant_id, run_id, function_id, kind, due_at, concurrency_key_1)
      select ${queue}, ${tenantId}, gen_random_uuid()::text, 'lab-f', 'discover',
        app_now() - ${minutesAgo}::int * interval '1 minute' + n * interval '1 millisecond', ${key ?? null}
      from generate_series(1, ${count}) n`,
  );

const owner = "engine-1";
const take = (limit: number) => claim(database, { owner, limit, tenantMax: 48, apps: ["lab"], held: [] });
async function tenantsOf(jobs: readonly Job[]): Promise<Record<string, number>> {
  const ids = jobs.map(({ id }) => id);
  const rows = await asOwner(
    (sql) => sql<{ tenant: string; count: number }[]>`
      select tenant_id as tenant, count(*)::int as count from queue.jobs where id = any(${ids}::uuid[]) group by 1`,
  );
  return Object.fromEntries(rows.map(({ tenant, count }) => [tenant, count]));
}

test("ten runs of one tenant do not wait behind the thousands of another that came before", async () => {
  const [many, few] = [randomUUID(), randomUUID()];
  await enqueue({ tenantId: many, count: 3000, minutesAgo: 60 });
  await enqueue({ tenantId: few, count: 10, minutesAgo: 1, queue: "email-sending" });
  const first = await take(16);
  expect(await tenantsOf(first)).toEqual({ [many]: 8, [few]: 8 });
  expect(await tenantsOf([...first, ...(await take(16))])).toEqual({ [many]: 22, [few]: 10 });
});

test("one tenant never has all of an engine's hands", async () => {
  const many = randomUUID();
  await enqueue({ tenantId: many, count: 100, minutesAgo: 60 });
  expect(await take(64)).toHaveLength(48);
  expect(await take(64)).toHaveLength(0);
  await enqueue({ tenantId: randomUUID(), count: 10, minutesAgo: 1 });
  expect(await take(64)).toHaveLength(10);
});

test("a full concurrency key holds back its own jobs only, however many", async () => {
  const tenantId = randomUUID();
  await enqueue({ tenantId, count: 1000, minutesAgo: 60, key: "full" });
  await enqueue({ tenantId, count: 3, minutesAgo: 1, key: "free" });
  await enqueue({ tenantId, count: 2, minutesAgo: 1 });
  const keys = (jobs: readonly Job[]) => jobs.map(({ limited }) => limited).sort();
  expect(keys(await take(16))).toEqual([false, false, true, true]);
  expect(await take(16)).toEqual([]);
});

test("what is urgent goes first and what can wait last, whenever it came, and each queue has its partition", async () => {
  const [tenantId, names] = [randomUUID(), ["email-sending:low", "email-sending", "email-sending:high"]];
  for (const [index, queue] of names.entries())
    await enqueue({ tenantId, count: 2, minutesAgo: 60 - index, queue });
  await asOwner(async (sql) => {
    for (const name of names)
      await sql`update queue.jobs set priority = ${priorityOf(name)} where queue_name = ${name}`;
  });
  const order = [];
  for (let round = 0; round < 6; round++) order.push(...(await take(1)).map(({ queueName }) => queueName));
  expect(order).toEqual(names.toReversed().flatMap((name) => [name, name]));
  await enqueue({ tenantId, count: 1, minutesAgo: 1, queue: "analytics-daily" });
  await enqueue({ tenantId, count: 1, minutesAgo: 1, queue: "of-nobody" });
  const places = await asOwner(
    (sql) => sql<{ queue: string; partition: string }[]>`
      select distinct queue_name as queue, tableoid::regclass::text as partition from queue.jobs order by 1`,
  );
  expect(Object.fromEntries(places.map(({ queue, partition }) => [queue, partition]))).toEqual({
    "analytics-daily": "queue.jobs_analytics",
    "email-sending": "queue.jobs_email",
    "email-sending:high": "queue.jobs_email",
    "email-sending:low": "queue.jobs_email",
    "of-nobody": "queue.jobs_default",
  });
  const indexes = await asOwner(
    (sql) => sql<{ name: string }[]>`
      select indexname as name from pg_indexes where schemaname = 'queue'
        and indexname in ('idx_jobs_email_tenant', 'idx_jobs_analytics_priority') order by 1`,
  );
  expect(indexes.map(({ name }) => name)).toEqual(["idx_jobs_analytics_priority", "idx_jobs_email_tenant"]);
});

test("a lease that nobody beats runs out, and the next claim fences the last one", async () => {
  await enqueue({ tenantId: randomUUID(), count: 2, minutesAgo: 1 });
  const [kept, lost] = await take(2);
  const expire = () =>
    asOwner((sql) => sql`update queue.jobs set lease_until = clock_timestamp() - interval '1 second'`);
  await expire();
  await beat(database, owner, [kept?.id ?? ""]);
  const again = await take(2);
  expect(again).toMatchObject([{ id: lost?.id, fence: (lost?.fence ?? 0) + 1 }]);
});

test("what has ended goes by age and by number, failed runs later, and what lives stays", async () => {
  await asOwner(async (sql) => {
    await sql`
      insert into queue.runs (id, function_id, queue_name, max_attempts, events, status, ended_at)
      select status || '-' || days, 'lab-f', 'default', 1, '[]', status,
        case when status <> 'running' then app_now() - days * interval '1 day' end
      from unnest(array['completed', 'failed', 'running']) as status, unnest(array[1, 2, 3, 30, 200]) as days`;
    await sql`
      insert into queue.steps (run_id, step_id, seq, name, op, result) select id, 's', 1, 's', 'StepRun', '{}'
      from queue.runs`;
    await sql`
      insert into queue.events (id, name, event, ts, received_at)
      select n::text, 'e', '{}', 0, app_now() - n * interval '1 day' from generate_series(1, 10) n`;
  });
  await prune(database, { keptDays: 7, failedDays: 90, keptRuns: 2, keptEvents: 4 });
  const left = await asOwner(
    (sql) => sql<{ id: string }[]>`select id from queue.runs where status <> 'running' order by id`,
  );
  expect(left.map(({ id }) => id)).toEqual(["completed-1", "completed-2", "failed-1", "failed-2"]);
  const counts = await asOwner(
    (sql) => sql`
      select (select count(*)::int from queue.runs where status = 'running') as running,
        (select count(*)::int from queue.steps) as steps, (select count(*)::int from queue.events) as events`,
  );
  expect(counts).toEqual([{ running: 5, steps: 9, events: 4 }]);
});

test("keys, rates, moments of schedules and workers go when their time is over, and stay until then", async () => {
  const left = (sql: Owner) => sql<{ name: string; count: number }[]>`
    select 'keys' as name, count(*)::int as count from queue.run_keys
    union all select 'rates', count(*)::int from queue.rates
    union all select 'fires', count(*)::int from queue.cron_fires
    union all select 'workers', count(*)::int from queue.workers`;
  await asOwner(async (sql) => {
    await sql`truncate queue.run_keys, queue.rates, queue.cron_fires, queue.workers`;
    // A month of one a second, of which a second's worth still counts.
    await sql`
      insert into queue.run_keys (function_id, key, expires_at)
      select 'lab-f', n::text, app_now() + (1 - n) * interval '1 minute' from generate_series(0, 3000) n`;
    await sql`
      insert into queue.rates (function_id, key, at)
      select 'lab-f', n::text, app_now() + (1 - n) * interval '1 minute' from generate_series(0, 3000) n`;
    await sql`
      insert into queue.cron_fires (function_id, expression, fire_at, run_id)
      select 'lab-f', '* * * * *', app_now() - n * interval '1 day', '' from generate_series(1, 30) n`;
    await sql`
      insert into queue.workers (url, app_id, instance, beat_at, seen_at)
      select 'http://' || n, 'lab', '', seen, seen from generate_series(0, 50) n,
        lateral (select clock_timestamp() - n * interval '50 minutes' as seen)`;
  });
  await prune(database);
  expect(await asOwner(left)).toEqual([
    { name: "keys", count: 1 },
    { name: "rates", count: 1 },
    { name: "fires", count: 6 },
    { name: "workers", count: 2 },
  ]);
});

test("operators and Prometheus are told how much is due, waits and is worked on in each queue, and for how long the first has been due", async () => {
  const tenantId = randomUUID();
  await enqueue({ tenantId, count: 1, minutesAgo: 20 });
  await take(1);
  await enqueue({ tenantId, count: 3, minutesAgo: 5 });
  await enqueue({ tenantId, count: 2, minutesAgo: -5 });
  await enqueue({ tenantId, count: 1, minutesAgo: -5, queue: "email-sending" });
  const [sending, processing, ...others] = (await readDepths(database)).toReversed();
  expect(others).toEqual([]);
  expect(sending).toMatchObject({
    queue: "email-sending",
    due: 0,
    waiting: 1,
    running: 0,
    oldestDueMs: null,
  });
  expect(processing).toMatchObject({ queue: "email-processing", due: 3, waiting: 2, running: 1 });
  const lag = processing?.oldestDueMs ?? 0;
  expect(lag).toBeGreaterThan(5 * 60_000 - 1000);
  expect(lag).toBeLessThan(6 * 60_000);

  await measureQueues({ database, workers: { list: () => [] } });
  const { text } = await answerMetrics({ from: "127.0.0.1" });
  const told = (name: string, labels: string) =>
    Number(new RegExp(`^${name}\\{${labels}\\} (\\S+)$`, "m").exec(text)?.[1]);
  expect(told("postroad_queue_lag_seconds", 'queue="email-processing"')).toBeGreaterThanOrEqual(lag / 1000);
  expect(told("postroad_queue_lag_seconds", 'queue="email-sending"')).toBe(0);
  for (const [state, count] of Object.entries({ due: 3, waiting: 2, running: 1 }))
    expect(told("postroad_queue_jobs", `queue="email-processing",state="${state}"`)).toBe(count);
});

test("what an engine gives back at its end is given back though Postgres ends its connection meanwhile", async () => {
  await enqueue({ tenantId: randomUUID(), count: 1, minutesAgo: 1 });
  expect(await take(16)).toHaveLength(1);
  const waiting = `wait_event_type = 'Lock' and application_name = 'postroad-engine' and datname = current_database()`;
  const released = await asOwner((sql) =>
    sql.begin(async (tx) => {
      await tx`select from queue.jobs for update`;
      const asked = releaseAll(database, owner);
      asked.catch(() => undefined);
      await expect
        .poll(() => tx.unsafe(`select pg_terminate_backend(pid) from pg_stat_activity where ${waiting}`))
        .toHaveLength(1);
      return { asked };
    }),
  );
  await released.asked;
  expect(
    await asOwner((sql) => sql`select lease_owner as owner, lease_until as until from queue.jobs`),
  ).toEqual([{ owner: null, until: null }]);
});
