import postgres from "postgres";

/** One database connection, lent to one transaction at a time. */
export type Connection = {
  readonly sql: postgres.Sql;
  /** Grows whenever the connection is lost: a transaction begun at another epoch is over, whatever it thinks. */
  epoch: number;
  /** Texts prepared so far: the server keeps a plan for each until the connection ends. */
  readonly prepared: Set<string>;
  /**
   * Calls `told` when the connection is lost, until the result is called. What is said between a socket's error and its
   * end, or waits for the end of a COPY, never hears of it from postgres.js: it would wait for ever.
   */
  readonly whenLost: (told: (error: Error) => void) => () => void;
};

/** As an error of postgres.js says it. */
export const lostConnection = (): Error =>
  Object.assign(new Error("The database connection was lost."), { code: "CONNECTION_CLOSED" });

/** Ends a statement that nobody answers any more; one that has ended stays as it is. */
export function untilLost<Q extends PromiseLike<unknown>>(connection: Connection, query: Q): Q {
  const ending = query as Q & { reject: (error: Error) => void };
  const forget = connection.whenLost((error) => ending.reject(error));
  query.then(forget, forget);
  return query;
}

export type Pool = {
  readonly prepare: boolean;
  acquire: () => Promise<Connection>;
  /** Gives the connection back; `broken` closes it, and a fresh one takes its place. */
  release: (connection: Connection, broken?: boolean) => void;
  end: () => Promise<void>;
};

export type PoolOptions = {
  url: string;
  /** Connections at most. */
  max: number;
  /** Shown in pg_stat_activity. */
  name: string;
  /** False behind a pooler that cannot keep prepared statements. */
  prepare: boolean;
};

/** Waiting longer than this for a free connection means the pool is too small or a transaction hangs. */
const acquireMs = 15_000;
/** Segments and searches make many texts; past this many, the connection is replaced to free their plans. */
const preparedMax = 500;

/**
 * A pool of single-connection clients. postgres.js' own pool reconnects a lost connection under the feet of the
 * transaction that holds it, whose next statement would then run outside of it, or inside another tenant's;
 * here every connection carries an epoch that the transaction checks before each statement.
 */
export function createPool({ url, max, name, prepare }: PoolOptions): Pool {
  const idle: Connection[] = [];
  const all = new Set<Connection>();
  const waiting: {
    resolve: (connection: Connection) => void;
    reject: (error: Error) => void;
    timer: NodeJS.Timeout;
  }[] = [];
  let ended = false;

  const open = (): Connection => {
    const listening = new Set<(error: Error) => void>();
    const connection: Connection = {
      epoch: 0,
      prepared: new Set(),
      whenLost: (told) => {
        listening.add(told);
        return () => listening.delete(told);
      },
      sql: postgres(url, {
        max: 1,
        prepare,
        // Lifetime would end it between two statements of a transaction; idle waits longer than a transaction may.
        max_lifetime: null,
        idle_timeout: 120,
        connect_timeout: 10,
        connection: { application_name: name },
        onnotice: () => undefined,
        onclose: () => {
          connection.epoch += 1;
          connection.prepared.clear();
          const error = lostConnection();
          for (const told of [...listening]) told(error);
        },
        types,
      }),
    };
    all.add(connection);
    return connection;
  };

  const close = (connection: Connection) => {
    all.delete(connection);
    // It was asked to go, and there is nobody left to tell how that went.
    connection.sql.end({ timeout: 1 }).catch(() => undefined);
  };

  return {
    prepare,
    acquire: () => {
      if (ended) return Promise.reject(new Error(`The pool ${name} was closed.`));
      const free = idle.pop();
      if (free) return Promise.resolve(free);
      if (all.size < max) return Promise.resolve(open());
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.splice(
            waiting.findIndex((waiter) => waiter.timer === timer),
            1,
          );
          reject(
            new Error(
              `No database connection became free within ${acquireMs / 1000} s (pool ${name}, ${max}).`,
            ),
          );
        }, acquireMs);
        waiting.push({ resolve, reject, timer });
      });
    },
    release: (connection, broken = false) => {
      const used = broken || ended || connection.prepared.size > preparedMax;
      if (used) close(connection);
      const next = waiting.shift();
      if (!next) {
        if (!used) idle.push(connection);
        return;
      }
      clearTimeout(next.timer);
      next.resolve(used ? open() : connection);
    },
    end: async () => {
      ended = true;
      for (const { reject, timer } of waiting.splice(0)) {
        clearTimeout(timer);
        reject(new Error(`The pool ${name} was closed.`));
      }
      await Promise.all([...all].map((connection) => connection.sql.end({ timeout: 5 })));
    },
  };
}

/** What raw rows hold: see db/client.ts. */
const types = {
  json: {
    to: 114,
    from: [114, 3802],
    serialize: (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value)),
    parse: (text: string): unknown => JSON.parse(text),
  },
  timestamptz: {
    to: 1184,
    from: [1184],
    serialize: (value: Date | string) => (value instanceof Date ? value.toISOString() : value),
    parse: (text: string) => new Date(text),
  },
  // A calendar day or a wall-clock time has no zone: a Date would shift it.
  wallClock: {
    to: 1082,
    from: [1082, 1083, 1114],
    serialize: (value: string) => value,
    parse: (text: string) => text,
  },
  int8: {
    to: 20,
    from: [20],
    serialize: (value: number | bigint | string) => String(value),
    parse: (text: string) => {
      const value = Number(text);
      if (!Number.isSafeInteger(value)) throw new RangeError(`${text} does not fit a JavaScript number.`);
      return value;
    },
  },
};
