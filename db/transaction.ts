import type { SQL } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import { PostgresJsDatabase, PostgresJsSession } from "drizzle-orm/postgres-js";
import { setTimeout as sleep } from "node:timers/promises";
import type postgres from "postgres";
import { asksForRetry, isLostConnection } from "./errors.ts";
import { type Connection, type Pool, untilLost } from "./pool.ts";

/** A drizzle handle inside one transaction. For a nested one, use `savepoint`. */
export type Transaction = Omit<PostgresJsDatabase, "transaction">;

export type TransactionOptions = {
  isolation?: "read committed" | "repeatable read" | "serializable";
  readOnly?: boolean;
  /** One statement may take this long; 30 s unless said otherwise. */
  statementTimeoutMs?: number;
};

const attemptsMax = 5;
const dialect = new PgDialect({ casing: "snake_case" });
const clients = new WeakMap<object, postgres.Sql>();
const connections = new WeakMap<object, Connection>();

/**
 * Runs `work` in one transaction and returns its result after the commit. `work` is run again, on a fresh
 * transaction, after a serialization failure, a deadlock, or a connection lost before the commit was sent: it may
 * hold nothing but SQL. `settings` (already quoted `set local …;` statements) travel with BEGIN and the first
 * statement in one go.
 */
export async function transaction<T>(
  pool: Pool,
  settings: string,
  work: (tx: Transaction) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptOnce(pool, beginStatement(settings, options), work);
    } catch (error) {
      if (attempt === attemptsMax || !mayRunAgain(error)) throw error;
      // Full jitter: two transactions that deadlocked must not meet again.
      await sleep(Math.random() * 20 * 2 ** attempt);
    }
  }
}

/** Statements that may fail without ending the transaction: its effects are undone when `work` throws. */
export async function savepoint<Tx extends Transaction, T>(tx: Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
  const client = clientOf(tx);
  const name = `s${Math.random().toString(36).slice(2)}`;
  await client.unsafe(`savepoint ${name}`);
  try {
    const result = await work(tx);
    await client.unsafe(`release savepoint ${name}`);
    return result;
  } catch (error) {
    await client.unsafe(`rollback to savepoint ${name}`);
    throw error;
  }
}

/** The postgres.js client of a transaction, for what drizzle has no form for (COPY, cursors): see db/copy.ts. */
export function clientOf(tx: Transaction): postgres.Sql {
  const client = clients.get(tx);
  if (!client) throw new Error("This handle is not a transaction of db/transaction.ts.");
  return client;
}

/** Calls `told` when the connection of a transaction is lost, until the result is called. */
export function whenLost(tx: Transaction, told: (error: Error) => void): () => void {
  const connection = connections.get(tx);
  if (!connection) throw new Error("This handle is not a transaction of db/transaction.ts.");
  return connection.whenLost(told);
}

/** The text and bound values of a drizzle statement. */
export function compile(statement: SQL): { text: string; values: unknown[] } {
  const { sql: text, params } = dialect.sqlToQuery(statement);
  return { text, values: params };
}

/** Quotes a value into SQL text; only for statements that take no bound values, such as SET LOCAL. */
export function quoted(value: string): string {
  if (!/^[\w .:*+/-]*$/.test(value)) throw new Error(`${JSON.stringify(value)} cannot be a setting.`);
  return `'${value}'`;
}

function beginStatement(settings: string, options: TransactionOptions): string {
  const isolation = options.isolation ? ` isolation level ${options.isolation}` : "";
  const access = options.readOnly ? " read only" : "";
  const timeout = Math.max(1, Math.trunc(options.statementTimeoutMs ?? 30_000));
  return (
    `begin${isolation}${access}; set local statement_timeout = ${timeout}; `
    + `set local idle_in_transaction_session_timeout = 60000; ${settings}`
  );
}

class CommitUncertain extends Error {}

function mayRunAgain(error: unknown): boolean {
  if (error instanceof CommitUncertain) return false;
  return asksForRetry(error) || isLostConnection(error);
}

async function attemptOnce<T>(pool: Pool, begin: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const connection = await pool.acquire();
  const gate = openGate(connection, pool.prepare);
  let broken = true;
  try {
    const begun = gate.client.unsafe(begin).execute();
    const tx = new PostgresJsDatabase(
      dialect,
      new PostgresJsSession(gate.client, dialect, undefined),
      undefined,
    );
    clients.set(tx, gate.client);
    connections.set(tx, connection);
    let result: T;
    try {
      result = await work(tx);
    } catch (error) {
      await gate.settled();
      // The first statement was sent together with BEGIN: if that failed, it is the cause.
      await begun;
      broken = !(await rolledBack(gate));
      throw error;
    }
    await gate.settled();
    await begun;
    await commit(gate);
    broken = false;
    return result;
  } finally {
    gate.close();
    pool.release(connection, broken);
  }
}

/** False when the connection is gone, which rolls back as well. */
function rolledBack(gate: Gate): Promise<boolean> {
  return new Promise<void>((resolve) => resolve(gate.client.unsafe("rollback").then(() => undefined))).then(
    () => true,
    () => false,
  );
}

async function commit(gate: Gate): Promise<void> {
  // Lost already: nothing was committed, and the transaction may run again.
  gate.check();
  let answer: postgres.RowList<postgres.Row[]>;
  try {
    answer = await gate.client.unsafe("commit");
  } catch (error) {
    if (!isLostConnection(error)) throw error;
    throw new CommitUncertain("The connection was lost during the commit: it may or may not have happened.", {
      cause: error,
    });
  }
  // Postgres answers COMMIT of a failed transaction with ROLLBACK and no error.
  if (answer.command === "ROLLBACK") {
    throw new Error(
      "A statement failed and was not undone by a savepoint: the transaction was rolled back.",
      {
        cause: gate.failure(),
      },
    );
  }
}

type Gate = {
  client: postgres.Sql;
  /** @throws when the transaction is over, or its connection lost. */
  check: () => void;
  /** Waits for statements that `work` started without awaiting them: none may outlive the transaction. */
  settled: () => Promise<void>;
  failure: () => unknown;
  close: () => void;
};

/** A view of the connection that lets statements through only while its transaction lives. */
function openGate(connection: Connection, prepare: boolean): Gate {
  const { epoch, sql: client } = connection;
  const running = new Set<Promise<unknown>>();
  let open = true;
  let failure: unknown;
  const check = () => {
    if (!open)
      throw new Error("A statement was run after its transaction ended: await every query inside it.");
    if (connection.epoch !== epoch) {
      throw Object.assign(new Error("The database connection was lost during the transaction."), {
        code: "CONNECTION_CLOSED",
      });
    }
  };
  const unsafe = <Rows extends (postgres.Row & Iterable<postgres.Row>)[]>(
    text: string,
    values?: postgres.ParameterOrJSON<never>[],
  ) => {
    check();
    const bound = values !== undefined && values.length > 0;
    if (bound && prepare) connection.prepared.add(text);
    const query = untilLost(connection, client.unsafe<Rows>(text, values, { prepare: bound && prepare }));
    const done = query.then(
      () => undefined,
      (error: unknown) => {
        failure ??= error;
      },
    );
    running.add(done);
    void done.then(() => running.delete(done));
    return query;
  };
  return {
    client: new Proxy(client, {
      get: (target, key) => (key === "unsafe" ? unsafe : (Reflect.get(target, key) as unknown)),
    }),
    check,
    settled: async () => {
      while (running.size > 0) await Promise.all(running);
    },
    failure: () => failure,
    close: () => {
      open = false;
    },
  };
}
