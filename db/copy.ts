import type { SQL } from "drizzle-orm";
import type { Readable, Writable } from "node:stream";
import { clientOf, compile, type Transaction } from "./transaction.ts";

/**
 * A stream into `copy <temporary table> from stdin …`. End it with `pipeline` from node:stream/promises, and run
 * nothing else on the transaction meanwhile. Postgres refuses COPY into a table under row-level security: copy
 * into a temporary table of the transaction.
 */
export async function copyInto(tx: Transaction, statement: SQL): Promise<Writable> {
  return clientOf(tx).unsafe(unbound(statement)).writable();
}

/** A stream of the bytes of `copy (…) to stdout …`. Under row-level security, as any query. */
export async function copyFrom(tx: Transaction, statement: SQL): Promise<Readable> {
  return clientOf(tx).unsafe(unbound(statement)).readable();
}

let cursors = 0;

/** The rows of a query, `size` at a time, without holding them all. Rows are as of a raw `tx.execute`. */
export async function* pages<Row extends Record<string, unknown>>(
  tx: Transaction,
  query: SQL,
  size: number,
): AsyncGenerator<Row[]> {
  const client = clientOf(tx);
  const { text, values } = compile(query);
  const cursor = `pages_${++cursors}`;
  await client.unsafe(`declare ${cursor} no scroll cursor for ${text}`, values as string[]);
  for (;;) {
    const rows = await client.unsafe<Row[]>(`fetch ${Math.trunc(size)} from ${cursor}`);
    if (rows.length > 0) yield rows;
    if (rows.length < size) break;
  }
  await client.unsafe(`close ${cursor}`);
}

function unbound(statement: SQL): string {
  const { text, values } = compile(statement);
  if (values.length > 0)
    throw new Error("COPY takes no bound values: put them into a temporary table first.");
  return text;
}
