import { keyOf, matches } from "./cel.ts";
import type { Sql } from "./database.ts";
import { parseDuration } from "./duration.ts";
import { limits } from "./limits.ts";
import type { RegisteredFunction } from "./functions.ts";
import type { InngestEvent } from "./protocol.ts";
import { reserveStarts, shortened } from "./rates.ts";
import { createRuns, replaceEvents } from "./runs.ts";

/** `notBefore`: of an event whose time lies ahead (Unix milliseconds). */
type Gathered = { event: InngestEvent; notBefore?: number | undefined };
type Start = Gathered & { fn: RegisteredFunction };
type Open = { id: string; events: InngestEvent[]; bytes: number; now: Date; createdAt: Date };

/**
 * Takes starts that are gathered into runs that have not begun: a debounce goes on and keeps the latest event, a batch
 * takes the event in. Returns the starts that are not gathered.
 */
export async function gather<T extends Start>(sql: Sql, starts: readonly T[]): Promise<T[]> {
  const groups = new Map<string, { fn: RegisteredFunction; key: string; gathered: Gathered[] }>();
  const others = starts.filter((start) => {
    const key = gatherKey(start);
    if (key === null) return true;
    const name = `${start.fn.id}/${key}`;
    const group = groups.get(name) ?? { fn: start.fn, key, gathered: [] };
    groups.set(name, group);
    group.gathered.push(start);
    return false;
  });
  // In one order for everybody, or two requests could wait for each other.
  for (const [name, { fn, key, gathered }] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`;
    const open = await findOpen(sql, fn.id, key);
    await (fn.config.debounce
      ? debounce(sql, { fn, key, gathered, open })
      : fillBatches(sql, { fn, key, gathered, open }));
  }
  return others;
}

function gatherKey({ fn: { config }, event }: Start): string | null {
  const { debounce, batchEvents } = config;
  const gathering = debounce ?? (batchEvents && matches(batchEvents.if, { event }) ? batchEvents : undefined);
  if (!gathering) return null;
  return shortened(gathering.key === undefined ? "" : keyOf(gathering.key, { event }));
}

async function findOpen(sql: Sql, functionId: string, key: string): Promise<Open | undefined> {
  const [open] = await sql<Open>`
    select id, events, octet_length(events::text) as bytes, app_now() as now, created_at as "createdAt"
    from queue.runs where function_id = ${functionId} and gather_key = ${key} for update`;
  return open;
}

type Gathering = {
  fn: RegisteredFunction;
  key: string;
  gathered: readonly Gathered[];
  open: Open | undefined;
};

async function debounce(sql: Sql, { fn, key, gathered, open }: Gathering): Promise<void> {
  const { period = "", timeout } = fn.config.debounce ?? {};
  const last = latest([...(open?.events ?? []), ...gathered.map(({ event }) => event)]);
  if (!last) return;
  const periodMs = parseDuration(period) ?? 0;
  if (!open) {
    const notBefore = Math.max(...gathered.map((one) => one.notBefore ?? 0));
    await createRuns(sql, [{ fn, events: [last], gatherKey: key, afterMs: periodMs, notBefore }]);
    return;
  }
  const longestMs = timeout === undefined ? Infinity : (parseDuration(timeout) ?? Infinity);
  const dueMs = Math.min(open.now.getTime() + periodMs, open.createdAt.getTime() + longestMs);
  await replaceEvents(sql, { fn, runId: open.id, events: [last] });
  await moveStart(sql, fn, open.id, new Date(dueMs));
}

/** The event with the greatest time; of equals the one that came last. */
function latest(events: readonly InngestEvent[]): InngestEvent | undefined {
  return events.reduce<InngestEvent | undefined>(
    (best, event) => (best && best.ts > event.ts ? best : event),
    undefined,
  );
}

/** A new batch does not begin before the time of its first event. */
async function fillBatches(sql: Sql, { fn, key, gathered, open }: Gathering): Promise<void> {
  const { maxSize = 1, timeout = "" } = fn.config.batchEvents ?? {};
  const timeoutMs = parseDuration(timeout) ?? 0;
  let rest = gathered;
  if (open) {
    const { taken, full } = takeBatch(rest, {
      count: maxSize - open.events.length,
      bytes: limits.batchBytes - open.bytes,
    });
    rest = rest.slice(taken.length);
    const all = [...open.events, ...taken.map(({ event }) => event)];
    if (taken.length > 0) await replaceEvents(sql, { fn, runId: open.id, events: all });
    if (full) await startNow(sql, fn, open.id, all);
  }
  while (rest.length > 0) {
    const { taken, full } = takeBatch(rest, { count: maxSize, bytes: limits.batchBytes });
    rest = rest.slice(taken.length);
    const events = taken.map(({ event }) => event);
    const notBefore = taken[0]?.notBefore;
    await createRuns(sql, [{ fn, events, notBefore, ...(!full && { gatherKey: key, afterMs: timeoutMs }) }]);
  }
}

/** As many events as there is room for. `full`: the batch cannot wait for another one. */
function takeBatch(gathered: readonly Gathered[], room: { count: number; bytes: number }) {
  const taken: Gathered[] = [];
  let bytes = 0;
  for (const one of gathered) {
    bytes += Buffer.byteLength(JSON.stringify(one.event)) + 1;
    if (taken.length >= room.count || bytes > room.bytes) return { taken, full: true };
    taken.push(one);
  }
  return { taken, full: taken.length >= room.count };
}

async function startNow(
  sql: Sql,
  fn: RegisteredFunction,
  runId: string,
  events: InngestEvent[],
): Promise<void> {
  const [startAt = null] = await reserveStarts(sql, [{ fn, events }]);
  await sql`update queue.runs set gather_key = null where id = ${runId}`;
  await moveStart(sql, fn, runId, startAt);
}

/** Moves the first call, and with it the time in which the run has to begin; null means now. */
async function moveStart(sql: Sql, fn: RegisteredFunction, runId: string, at: Date | null): Promise<void> {
  const startMs = parseDuration(fn.config.timeouts?.start ?? "") ?? 0;
  await sql`
    update queue.jobs
    set due_at = coalesce(${at}::timestamptz, app_now())
      + case kind when 'deadline' then ${startMs}::float8 * interval '1 millisecond' else interval '0' end
    where run_id = ${runId} and kind in ('discover', 'deadline')`;
}
