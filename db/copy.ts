import type { SQL } from "drizzle-orm";
import type { Readable, Writable } from "node:stream";
import { withoutTenant } from "./client.ts";
import { clientOf, compile, type Transaction, whenLost } from "./transaction.ts";

/**
 * A stream into `copy <temporary table> from stdin …`. End it with `pipeline` from node:stream/promises, and run
 * nothing else on the transaction meanwhile. Postgres refuses COPY into a table under row-level security: copy
 * into a temporary table of the transaction.
 */
export async function copyInto(tx: Transaction, statement: SQL): Promise<Writable> {
  const stream = await clientOf(tx).unsafe(unbound(statement)).writable();
  // Once all of it is said, only the answer to that ends the stream.
  stream.once(
    "close",
    whenLost(tx, (error) => stream.destroy(error)),
  );
  return stream;
}

/**
 * The bytes of `copy (…) to stdout …`, at the reader's speed. Under row-level security, as any query. A reader who
 * leaves before the end has the statement cancelled: the transaction can then only be rolled back.
 */
export async function* copyFrom(tx: Transaction, statement: SQL): AsyncGenerator<Buffer> {
  const client = clientOf(tx);
  const [backend] = await client.unsafe<{ pid: number }[]>("select pg_backend_pid() as pid");
  const stream = await client.unsafe(unbound(statement)).readable();
  let ended = false;
  try {
    // Destroyed in mid-copy, the stream would leave the connection paused for ever: see the end.
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
    ended = true;
  } finally {
    if (!ended && !stream.destroyed) await abandon(stream, backend?.pid ?? 0);
  }
}

/** Ends a copy that nobody reads any more. What Postgres had sent by then has to be read all the same. */
async function abandon(stream: Readable, pid: number): Promise<void> {
  const closed = new Promise<void>((resolve) => stream.once("close", resolve));
  stream.on("error", () => undefined);
  stream.resume();
  await withoutTenant((tx) => clientOf(tx).unsafe(`select pg_cancel_backend(${Math.trunc(pid)})`));
  await closed;
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
