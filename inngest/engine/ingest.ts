import { keyOf, matches, valueAt } from "./cel.ts";
import type { Sql } from "./database.ts";
import { gather } from "./gather.ts";
import { isTriggeredBy, loadFunctions, type RegisteredFunction } from "./functions.ts";
import type { InngestEvent } from "./protocol.ts";
import { shortened, withinLimits } from "./rates.ts";
import { lockRun } from "./run-store.ts";
import { createRuns, endRun, resumeStep, type NewRun } from "./runs.ts";

/** An event from outside: `event.id` is the sender's own id where it gave one. */
export type ReceivedEvent = {
  serverId: string;
  externalId: string | null;
  event: InngestEvent;
  /** Its runs start at its `ts`, if that lies ahead. */
  isLater: boolean;
};

/** What the sender has said of the events, by their ids: that it is his own id, and that the runs start later. */
type Said = { own: ReadonlySet<string>; later: ReadonlySet<string> };
const nothingSaid: Said = { own: new Set(), later: new Set() };

/**
 * Takes events in, in the caller's transaction: stores them, lets waiting runs go on, cancels, starts runs.
 * A request that is repeated brings the same server ids and changes nothing.
 */
export async function receive(sql: Sql, received: readonly ReceivedEvent[]): Promise<void> {
  const fresh = await store(sql, received);
  await publish(
    sql,
    fresh.map(({ event }) => event),
    {
      own: new Set(fresh.flatMap((one) => one.externalId ?? [])),
      later: new Set(fresh.flatMap((one) => (one.isLater ? [one.event.id] : []))),
    },
  );
}

/** The same for events that the engine itself makes: about a run's end. */
export async function publish(
  sql: Sql,
  events: readonly InngestEvent[],
  said: Said = nothingSaid,
): Promise<void> {
  let batch = events;
  while (batch.length > 0) {
    // What waits is served before anything starts, so that no run meets the event that started it.
    const [matches, functions] = await Promise.all([findMatches(sql, batch), loadFunctions(sql)]);
    const followUps = await deliver(sql, batch, matches);
    followUps.push(...(await startRuns(sql, functions, batch, said)));
    batch = followUps;
  }
}

async function store(sql: Sql, received: readonly ReceivedEvent[]): Promise<ReceivedEvent[]> {
  const rows = await sql<{ id: string }>`
    insert into queue.events (id, external_id, name, event, ts)
    select id, external_id, name, event::json, ts
    from unnest(${received.map((one) => one.serverId)}::text[], ${received.map((one) => one.externalId)}::text[],
                ${received.map((one) => one.event.name)}::text[],
                ${received.map((one) => JSON.stringify(one.event))}::text[],
                ${received.map((one) => one.event.ts)}::bigint[]) as e (id, external_id, name, event, ts)
    on conflict (id) do nothing returning id`;
  const ids = new Set(rows.map((row) => row.id));
  return received.filter((one) => ids.has(one.serverId));
}

type Match = { index: number; runId: string; stepId: string; kind: string; expression: string | null };

/** Runs that listen for these events go on, or end. In order of run id, so that two requests cannot deadlock. */
async function deliver(
  sql: Sql,
  events: readonly InngestEvent[],
  found: readonly Match[],
): Promise<InngestEvent[]> {
  const followUps: InngestEvent[] = [];
  for (const { index, runId, stepId, kind, expression } of found) {
    const run = await lockRun(sql, runId);
    const event = events[index];
    if (run?.status !== "running" || !event) continue;
    if (!matches(expression, { event: run.events[0], async: event })) continue;
    if (kind === "cancel") followUps.push(...(await endRun(sql, run, { status: "cancelled" })));
    else await resumeStep(sql, run, stepId, { data: event });
  }
  return followUps;
}

async function findMatches(sql: Sql, events: readonly InngestEvent[]): Promise<Match[]> {
  const names = [...new Set(events.map((event) => event.name))];
  const paths = await sql<{ name: string; path: string }>`
    select distinct name, match_path as path from queue.waits
    where name = any(${names}::text[]) and kind <> 'invoke'`;
  if (paths.length === 0) return [];
  const probes = events.flatMap((event, index) =>
    paths
      .filter(({ name }) => name === event.name)
      .map(({ name, path }) => ({
        index,
        name,
        path,
        value: path ? valueAt(parsePath(path), { async: event }) : "",
      })),
  );
  return sql<Match>`
    select p.index, w.run_id as "runId", w.step_id as "stepId", w.kind, w.expression
    from unnest(${probes.map((probe) => probe.index)}::int[], ${probes.map((probe) => probe.name)}::text[],
                ${probes.map((probe) => probe.path)}::text[], ${probes.map((probe) => probe.value)}::text[])
      as p (index, name, path, value)
    join queue.waits w on w.name = p.name and w.match_path = p.path and w.match_value = p.value
    where w.kind <> 'invoke' and (w.expires_at is null or w.expires_at > app_now())
    order by w.run_id, p.index`;
}

function parsePath(path: string): string[] {
  const keys: unknown = JSON.parse(path);
  return Array.isArray(keys) ? keys.map(String) : [];
}

type Start = NewRun & { event: InngestEvent; key: string | null };

async function startRuns(
  sql: Sql,
  functions: readonly RegisteredFunction[],
  events: readonly InngestEvent[],
  said: Said,
): Promise<InngestEvent[]> {
  const wanted = events.flatMap((event) =>
    functions
      .filter((fn) => isTriggeredBy(fn, event))
      .map((fn) => ({
        fn,
        event,
        events: [event],
        key: startKey(fn, event, said.own.has(event.id)),
        ...(said.later.has(event.id) && { notBefore: event.ts }),
      })),
  );
  const allowed = await withinLimits(
    sql,
    await claimKeys(
      sql,
      wanted.filter(({ fn }) => !fn.config.singleton),
    ),
  );
  await createRuns(sql, await gather(sql, allowed));
  const followUps: InngestEvent[] = [];
  for (const start of wanted.filter(({ fn }) => fn.config.singleton)) {
    followUps.push(...(await startSingleton(sql, start)).followUps);
  }
  return followUps;
}

/** What a function may be started for only once in 24 hours; null when nothing says so. */
function startKey({ config }: RegisteredFunction, event: InngestEvent, ownId: boolean): string | null {
  if (config.idempotency) return `key:${shortened(keyOf(config.idempotency, { event }))}`;
  return ownId ? `event:${shortened(event.id)}` : null;
}

/** Lets through the starts whose key nobody has used within 24 hours, and uses it. */
async function claimKeys(sql: Sql, wanted: readonly Start[]): Promise<Start[]> {
  const keyed = new Map<string, Start>();
  for (const start of wanted) {
    const name = `${start.fn.id} ${start.key ?? ""}`;
    if (start.key !== null && !keyed.has(name)) keyed.set(name, start);
  }
  if (keyed.size === 0) return [...wanted];
  const sorted = [...keyed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, start]) => start);
  const rows = await sql<{ functionId: string; key: string }>`
    insert into queue.run_keys as k (function_id, key, expires_at)
    select function_id, key, app_now() + interval '24 hours'
    from unnest(${sorted.map((start) => start.fn.id)}::text[], ${sorted.map((start) => start.key)}::text[])
      as s (function_id, key)
    on conflict (function_id, key) do update set expires_at = excluded.expires_at where k.expires_at <= app_now()
    returning function_id as "functionId", key`;
  const won = new Set(rows.map((row) => `${row.functionId} ${row.key}`));
  return wanted.filter((start) => {
    const name = `${start.fn.id} ${start.key ?? ""}`;
    return start.key === null || (won.has(name) && keyed.get(name) === start);
  });
}

type Started = { runId: string | undefined; followUps: InngestEvent[] };

/** Starts a function for a moment of its schedule. A singleton that still runs skips it, or is cancelled. */
export async function startScheduled(
  sql: Sql,
  fn: RegisteredFunction,
  event: InngestEvent,
): Promise<Started> {
  if (fn.config.singleton) return startSingleton(sql, { fn, event, events: [event], key: null });
  const [runId] = await createRuns(sql, [{ fn, events: [event] }]);
  return { runId, followUps: [] };
}

/**
 * One live run per key: a second start is dropped, or ends the first. The lock keeps two starts in a row.
 * A dropped start does not use up its event's id, so that the same event may start a run later.
 */
async function startSingleton(sql: Sql, start: Start): Promise<Started> {
  const { fn, event, notBefore } = start;
  const { key, mode } = fn.config.singleton ?? { key: undefined, mode: "skip" };
  const singletonKey = shortened(key ? keyOf(key, { event }) : "");
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${fn.id}/${singletonKey}`}, 0))`;
  const [live] = await sql<{ id: string }>`
    select id from queue.runs
    where function_id = ${fn.id} and singleton_key = ${singletonKey} and status = 'running'`;
  const dropped = { runId: undefined, followUps: [] };
  if (live && mode === "skip") return dropped;
  if ((await withinLimits(sql, await claimKeys(sql, [start]))).length === 0) return dropped;
  const run = live && (await lockRun(sql, live.id));
  const followUps = run?.status === "running" ? await endRun(sql, run, { status: "cancelled" }) : [];
  const [runId] = await createRuns(sql, [{ fn, events: [event], singletonKey, notBefore }]);
  return { runId, followUps };
}
