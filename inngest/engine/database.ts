import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { isLostConnection } from "#db/errors";
import { createPool, type Pool, untilLost } from "#db/pool";
import { clientOf, transaction } from "#db/transaction";

type Row = Record<string, unknown>;

/** One statement inside a transaction. Values are bound; a string bound to json is taken as JSON text. */
export type Sql = <R extends Row>(parts: TemplateStringsArray, ...values: unknown[]) => Promise<R[]>;

export type Database = {
  /** Runs the work in one transaction, again after a deadlock or a lost connection: it may hold only SQL. */
  transact: <T>(work: (sql: Sql) => Promise<T>) => Promise<T>;
  /** One statement in a transaction of its own: a third of the traffic. It is not repeated. */
  once: Sql;
  end: () => Promise<void>;
};

const texts = new WeakMap<TemplateStringsArray, string>();

function textOf(parts: TemplateStringsArray): string {
  let text = texts.get(parts);
  if (text === undefined) {
    text = parts.reduce((before, part, index) => `${before}$${index}${part}`);
    texts.set(parts, text);
  }
  return text;
}

/** Texts of Postgres hold no zero byte. JSON texts are not touched: they have it escaped. */
function storable(value: unknown): unknown {
  if (typeof value === "string") return value.includes("\0") ? value.replaceAll("\0", "\ufffd") : value;
  return Array.isArray(value) ? value.map(storable) : value;
}

export function openDatabase(url: string, connections: number): Database {
  const pool: Pool = createPool({ url, max: connections, name: "postroad-engine", prepare: true });
  return {
    transact: (work) =>
      transaction(pool, "", (tx) => {
        const client = clientOf(tx);
        const sql: Sql = <R extends Row>(parts: TemplateStringsArray, ...values: unknown[]) => {
          const rows = Promise.resolve(
            client.unsafe<R[]>(textOf(parts), values.map(storable) as postgres.ParameterOrJSON<never>[]),
          );
          // Not every statement is waited for. One that fails does so for all that follow, so nothing is missed, and
          // an engine does not end because its database did.
          rows.catch(() => undefined);
          return rows;
        };
        return work(sql);
      }),
    once: async <R extends Row>(parts: TemplateStringsArray, ...values: unknown[]) => {
      const connection = await pool.acquire();
      const text = textOf(parts);
      connection.prepared.add(text);
      let broken = false;
      try {
        const bound = values.map(storable) as postgres.ParameterOrJSON<never>[];
        return await untilLost(connection, connection.sql.unsafe<R[]>(text, bound, { prepare: true }));
      } catch (error) {
        broken = isLostConnection(error);
        throw error;
      } finally {
        pool.release(connection, broken);
      }
    },
    end: () => pool.end(),
  };
}

export type Listener = { stop: () => Promise<void> };

/**
 * Listens for notifications and keeps listening: after a lost connection it connects again until it succeeds,
 * then calls `onReady`, since what was said in between was not heard. (The library's own `listen` gives up
 * when the first attempt to reconnect fails.)
 */
export function listen(
  url: string,
  channels: readonly string[],
  onNotify: (channel: string, payload: string) => void,
  onReady: () => void,
): Listener {
  let stopped = false;
  let lost: (() => void) | undefined;
  let client: postgres.Sql | undefined;
  const connect = async () => {
    const closed = new Promise<void>((resolve) => (lost = resolve));
    const options = {
      max: 1,
      idle_timeout: 0,
      max_lifetime: null,
      fetch_types: false,
      connection: { application_name: "postroad-engine-listen" },
      onnotice: () => undefined,
      onnotify: onNotify,
      onclose: () => lost?.(),
    };
    client = postgres(url, options);
    for (const channel of channels) await client.unsafe(`listen ${channel}`);
    onReady();
    await closed;
  };
  const run = async () => {
    while (!stopped) {
      // A failed attempt needs no word of its own: every statement of the engine is failing loudly by then.
      await connect().catch(() => undefined);
      await client?.end({ timeout: 0 }).catch(() => undefined);
      if (!stopped) await sleep(300);
    }
  };
  const done = run();
  return {
    stop: async () => {
      stopped = true;
      lost?.();
      await client?.end({ timeout: 0 }).catch(() => undefined);
      await done;
    },
  };
}
