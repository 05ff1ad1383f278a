import { createHash } from "node:crypto";
import { keyOf } from "./cel.ts";
import type { Sql } from "./database.ts";
import { parseDuration } from "./duration.ts";
import type { RegisteredFunction } from "./functions.ts";
import type { InngestEvent } from "./protocol.ts";

type Start = { fn: RegisteredFunction; events: readonly InngestEvent[] };
type Rate = { functionId: string; key: string; at: Date; used: number };

/** Keys are indexed, and an index entry holds a few kilobytes at most. */
export function shortened(key: string): string {
  return key.length <= 200 ? key : createHash("sha256").update(key).digest("hex");
}

const nameOf = ({ functionId, key }: Pick<Rate, "functionId" | "key">) => `${functionId} ${key}`;

function keyFor(
  kind: "throttle" | "limit",
  fn: RegisteredFunction,
  expression: string | undefined,
  start: Start,
) {
  const value = expression === undefined ? "" : keyOf(expression, { event: start.events[0] });
  return { functionId: fn.id, key: `${kind}:${shortened(value)}` };
}

/**
 * Gives each start the moment that its function's throttle allows, in order; null means at once. The moments are
 * given away when runs are made, by the generic cell rate algorithm: one every `period / limit`, and after a
 * pause as many at once as the limit and its burst make together, or one where no burst is given.
 */
export async function reserveStarts(sql: Sql, starts: readonly Start[]): Promise<(Date | null)[]> {
  const wanted = starts.map((start) => {
    const { throttle } = start.fn.config;
    return throttle && { throttle, ...keyFor("throttle", start.fn, throttle.key, start) };
  });
  const { rates, now } = await lockRates(
    sql,
    wanted.flatMap((one) => one ?? []),
  );
  const given = wanted.map((one) => {
    const rate = one && rates.get(nameOf(one));
    if (!rate) return null;
    const { limit, period, burst } = one.throttle;
    const emissionMs = (parseDuration(period) ?? 0) / limit;
    const theoreticalMs = Math.max(rate.at.getTime(), now.getTime()) + emissionMs;
    rate.at = new Date(theoreticalMs);
    const startMs = theoreticalMs - emissionMs * (burst === undefined ? 1 : limit + burst);
    return startMs > now.getTime() ? new Date(startMs) : null;
  });
  await storeRates(sql, [...rates.values()]);
  return given;
}

/** Leaves out the starts that their function's rate limit does not let through: they are lost, as it says. */
export async function withinLimits<T extends Start>(sql: Sql, starts: readonly T[]): Promise<T[]> {
  const wanted = starts.map((start) => {
    const { rateLimit } = start.fn.config;
    return { start, limited: rateLimit && { rateLimit, ...keyFor("limit", start.fn, rateLimit.key, start) } };
  });
  const { rates, now } = await lockRates(
    sql,
    wanted.flatMap(({ limited }) => limited ?? []),
  );
  const admitted = wanted.filter(({ limited }) => {
    const rate = limited && rates.get(nameOf(limited));
    if (!rate) return true;
    if (rate.at <= now) {
      rate.at = new Date(now.getTime() + (parseDuration(limited.rateLimit.period) ?? 0));
      rate.used = 0;
    }
    rate.used += 1;
    return rate.used <= limited.rateLimit.limit;
  });
  await storeRates(sql, [...rates.values()]);
  return admitted.map(({ start }) => start);
}

/** Locks the rows of these keys, in one order for everybody, and makes those that are missing. */
async function lockRates(sql: Sql, keys: readonly { functionId: string; key: string }[]) {
  const unique = [...new Map(keys.map((key) => [nameOf(key), key])).values()];
  if (unique.length === 0) return { rates: new Map<string, Rate>(), now: new Date(0) };
  const ids = unique.map(({ functionId }) => functionId);
  const names = unique.map(({ key }) => key);
  const [, rows] = await Promise.all([
    sql`
      insert into queue.rates (function_id, key, at)
      select function_id, key, to_timestamp(0) from unnest(${ids}::text[], ${names}::text[]) as k (function_id, key)
      order by function_id, key on conflict do nothing`,
    sql<Rate & { now: Date }>`
      select function_id as "functionId", key, at, used, app_now() as now from queue.rates
      where (function_id, key) in (select * from unnest(${ids}::text[], ${names}::text[]))
      order by function_id, key for update`,
  ]);
  const rates = new Map<string, Rate>(
    rows.map(({ functionId, key, at, used }) => [nameOf({ functionId, key }), { functionId, key, at, used }]),
  );
  return { rates, now: rows[0]?.now ?? new Date(0) };
}

async function storeRates(sql: Sql, rates: readonly Rate[]): Promise<void> {
  if (rates.length === 0) return;
  await sql`
    update queue.rates r set at = n.at::timestamptz, used = n.used
    from unnest(${rates.map(({ functionId }) => functionId)}::text[], ${rates.map(({ key }) => key)}::text[],
                ${rates.map(({ at }) => at.toISOString())}::text[], ${rates.map(({ used }) => used)}::int[])
      as n (function_id, key, at, used)
    where r.function_id = n.function_id and r.key = n.key`;
}
