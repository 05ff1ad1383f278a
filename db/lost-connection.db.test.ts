import { sql } from "drizzle-orm";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { expect, test } from "vitest";
import { env } from "#server/env";
import { copyInto } from "./copy.ts";
import { createPool } from "./pool.ts";
import { transaction } from "./transaction.ts";

/** Everything to Postgres goes through here, and is cut off hard, once, when `mark` comes by: as when its process is killed. */
async function resetAt(
  mark: string | Buffer,
): Promise<{ url: string; cuts: () => number; close: () => void }> {
  let cuts = 0;
  const target = new URL(env.DATABASE_URL);
  const server = createServer((socket) => {
    const database = connect(Number(target.port), target.hostname);
    database.on("data", (bytes) => socket.write(bytes));
    database.on("error", () => socket.destroy()).on("close", () => socket.destroy());
    socket.on("error", () => database.destroy()).on("close", () => database.destroy());
    socket.on("data", (bytes) => {
      if (cuts === 0 && bytes.includes(mark)) {
        cuts += 1;
        socket.resetAndDestroy();
      } else database.write(bytes);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(target);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);
  return { url: url.href, cuts: () => cuts, close: () => server.close() };
}

const poolTo = (url: string) => createPool({ url, max: 1, name: "lost-connection", prepare: true });

test("a transaction whose connection is reset in a statement begins anew, and does not wait for the answer to its rollback", async () => {
  const { url, cuts, close } = await resetAt("'the word'");
  const pool = poolTo(url);
  const rows = await transaction(pool, "", (tx) => tx.execute(sql`select 'the word' as word`));
  expect([...rows]).toEqual([{ word: "the word" }]);
  expect(cuts()).toBe(1);
  await pool.end();
  close();
});

test("a statement that follows one whose connection was reset, in the same moment, is not forgotten", async () => {
  const { url, cuts, close } = await resetAt("'the word'");
  const pool = poolTo(url);
  const heard: unknown[] = [];
  await transaction(pool, "", async (tx) => {
    await tx.execute(sql`select 'the word'`).catch(async (error: unknown) => {
      await tx.execute(sql`select 1`).catch((next: unknown) => heard.push(next));
      throw error;
    });
  });
  expect(heard).toHaveLength(1);
  expect(cuts()).toBe(1);
  await pool.end();
  close();
});

test("a copy whose connection is reset when all of it has been said begins anew", async () => {
  const copyDone = Buffer.from([0x63, 0, 0, 0, 4]);
  const { url, cuts, close } = await resetAt(copyDone);
  const pool = poolTo(url);
  const [count] = await transaction(pool, "", async (tx) => {
    await tx.execute(sql`create temporary table copied (n int) on commit drop`);
    await pipeline(Readable.from(["1\n2\n"]), await copyInto(tx, sql`copy copied from stdin`));
    return tx.execute<{ count: number }>(sql`select count(*)::int as count from copied`);
  });
  expect(count?.count).toBe(2);
  expect(cuts()).toBe(1);
  await pool.end();
  close();
});
