import { createHash } from "node:crypto";
import { priorityOf, queueOf } from "#inngest/queues";
import { nextFire, parseCron } from "./cron.ts";
import type { Database, Sql } from "./database.ts";
import { checkFunction } from "./function-check.ts";
import { limits } from "./limits.ts";
import { concurrencyOf, type FunctionConfig } from "./protocol.ts";
import { encodeBody } from "./signature.ts";

export type Registration = { appId: string; url: string; sdk: string; functions: readonly unknown[] };

/** Retries when a function does not say: the real server's default. */
const defaultRetries = 4;

/**
 * Takes an app's functions over, all or none. Functions that are gone start nothing more; their runs wait.
 * Returns whether anything changed.
 * @throws RegistrationRefused when one of them asks for what this server does not do.
 */
export async function register(
  database: Database,
  { appId, url, sdk, functions }: Registration,
): Promise<boolean> {
  const configs = functions.map(checkFunction);
  return database.transact(async (sql) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`queue.app/${appId}`}, 0))`;
    await sql`
      insert into queue.apps (id, sdk, url) values (${appId}, ${sdk}, ${url})
      on conflict (id) do update
      set sdk = excluded.sdk, url = excluded.url, refusal = null, synced_at = app_now()`;
    const ids = configs.map(({ id }) => id);
    const removed = await sql`
      update queue.functions set removed_at = app_now()
      where app_id = ${appId} and removed_at is null and id <> all(${ids}::text[]) returning id`;
    let changed = removed.length > 0;
    for (const config of configs) changed = (await storeFunction(sql, appId, config)) || changed;
    await storeCrons(sql, appId, configs);
    return changed;
  });
}

/** Remembers why an app was refused, so that the health page can say it. */
export function rememberRefusal(
  database: Database,
  { appId, url, sdk }: Registration,
  refusal: string,
): Promise<unknown> {
  return database.transact(
    (sql) => sql`
      insert into queue.apps (id, sdk, url, refusal) values (${appId}, ${sdk}, ${url}, ${refusal})
      on conflict (id) do update set refusal = excluded.refusal`,
  );
}

async function storeFunction(sql: Sql, appId: string, config: FunctionConfig): Promise<boolean> {
  const queueName = queueOf(config.id.slice(appId.length + 1));
  const [first, second] = concurrencyOf(config);
  const retries = Math.min(config.steps.step.retries?.attempts ?? defaultRetries, limits.retries);
  const stored = await sql`
    insert into queue.functions as f (id, app_id, name, queue_name, priority, max_attempts, config, checksum,
                                      concurrency_limit_1, concurrency_limit_2)
    values (${config.id}, ${appId}, ${config.name ?? config.id}, ${queueName}, ${priorityOf(queueName)},
            ${retries + 1}, ${JSON.stringify(config)}::json, ${checksumOf(config, queueName)},
            ${first?.limit ?? null}, ${second?.limit ?? null})
    on conflict (id) do update
    set app_id = excluded.app_id, name = excluded.name, queue_name = excluded.queue_name,
        priority = excluded.priority, max_attempts = excluded.max_attempts, config = excluded.config,
        checksum = excluded.checksum, concurrency_limit_1 = excluded.concurrency_limit_1,
        concurrency_limit_2 = excluded.concurrency_limit_2, registered_at = app_now(), removed_at = null
    where f.checksum <> excluded.checksum or f.removed_at is not null
    returning id`;
  return stored.length > 0;
}

/** The address is left out: the same functions behind two workers are the same functions. */
function checksumOf(config: FunctionConfig, queueName: string): string {
  const { steps, ...rest } = config;
  const { canonical } = encodeBody({ ...rest, retries: steps.step.retries ?? null, queueName });
  return createHash("sha1").update(canonical).digest("hex");
}

/** A schedule keeps its next moment across registrations; one that is new starts counting now. */
async function storeCrons(sql: Sql, appId: string, configs: readonly FunctionConfig[]): Promise<void> {
  const [row] = await sql<{ now: Date }>`select app_now() as now`;
  const now = row?.now ?? new Date();
  const crons = configs.flatMap(({ id, triggers }) =>
    triggers.flatMap((trigger) => ("cron" in trigger ? [{ id, expression: trigger.cron }] : [])),
  );
  const nextAt = crons.map(({ expression }) => nextFire(parseCron(expression), now).toISOString());
  const columns = [crons.map(({ id }) => id), crons.map(({ expression }) => expression)];
  await sql`
    insert into queue.crons (function_id, expression, next_at)
    select function_id, expression, next_at::timestamptz
    from unnest(${columns[0]}::text[], ${columns[1]}::text[], ${nextAt}::text[]) as c (function_id, expression, next_at)
    on conflict (function_id, expression) do nothing`;
  await sql`
    delete from queue.crons
    where function_id in (select id from queue.functions where app_id = ${appId})
      and (function_id, expression) not in (select * from unnest(${columns[0]}::text[], ${columns[1]}::text[]))`;
}
