import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import postgres from "postgres";
import { afterAll, expect, test } from "vitest";
import { sized, startPostgres, type RunningPostgres } from "./embedded.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "postroad-embedded-"));
fs.chmodSync(folder, 0o755);
const dataDir = path.join(folder, "pg");
const running = new Set<RunningPostgres>();

afterAll(async () => {
  for (const server of running) await server.stop();
  fs.rmSync(folder, { recursive: true, force: true });
});

async function start(options: Partial<Parameters<typeof startPostgres>[0]> & { port: number }) {
  const server = await startPostgres({ dataDir, password: "secret", fast: true, ...options });
  running.add(server);
  return server;
}

async function freePort(): Promise<number> {
  const socket = net.createServer().listen(0, "127.0.0.1");
  await once(socket, "listening");
  const address = socket.address();
  socket.close();
  await once(socket, "close");
  if (!address || typeof address === "string") throw new Error("No port was given.");
  return address.port;
}

const query = async (port: number, text: string) => {
  const sql = postgres({
    host: "127.0.0.1",
    port,
    user: "postgres",
    password: "secret",
    database: "postgres",
    max: 1,
  });
  try {
    return [...(await sql.unsafe(text))];
  } finally {
    await sql.end();
  }
};

test("data outlives kill -9, an orphan is adopted, and stop stops it", async () => {
  const port = await freePort();
  const first = await start({ port, fast: false });
  expect(first.adopted).toBe(false);
  await query(port, "create table kept as select 1 as id");
  const again = await start({ port: await freePort() });
  expect(again).toMatchObject({ adopted: true, port });
  const died = once(first.process ?? never(), "exit");
  process.kill(first.process?.pid ?? never(), "SIGKILL");
  await died;
  const recovered = await start({ port });
  expect(recovered.adopted).toBe(false);
  expect(await query(port, "select id from kept")).toEqual([{ id: 1 }]);
  await recovered.stop();
  await expect(query(port, "select 1")).rejects.toThrow();
});

test("two starts at once share one server", async () => {
  const port = await freePort();
  const both = await Promise.all([start({ port }), start({ port })]);
  expect(both.map(({ adopted }) => adopted).sort()).toEqual([false, true]);
  await both[0].stop();
});

test("a lock file whose process number now belongs to another program does not keep it down", async () => {
  fs.writeFileSync(path.join(dataDir, "postmaster.pid"), `${process.pid}\n${dataDir}\n0\n1\n\n127.0.0.1\n`);
  const server = await start({ port: await freePort() });
  await server.stop();
});

test("what is wrong is said: a taken port, a wrong password, a folder of something else", async () => {
  const stranger = net.createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(stranger, "listening");
  const address = stranger.address();
  const taken = address && typeof address === "object" ? address.port : never();
  await expect(start({ port: taken })).rejects.toThrow(`Port ${taken} is taken by another program`);
  stranger.close();

  const port = await freePort();
  const server = await start({ port });
  await expect(start({ port, password: "other" })).rejects.toThrow("refuses our password");
  const elsewhere = path.join(folder, "other");
  await expect(start({ port, dataDir: elsewhere })).rejects.toThrow("is taken by another");
  await server.stop();
  await expect(start({ port, password: "other" })).rejects.toThrow("refuses our password");

  fs.mkdirSync(elsewhere);
  fs.writeFileSync(path.join(elsewhere, "thesis.txt"), "");
  await expect(start({ port, dataDir: elsewhere })).rejects.toThrow("is no Postgres data folder");
  fs.writeFileSync(path.join(elsewhere, "PG_VERSION"), "12\n");
  await expect(start({ port, dataDir: elsewhere })).rejects.toThrow("was written by Postgres 12");
});

function never(): never {
  throw new Error("Postgres was not started here.");
}

test("the server's memory and log follow the machine's, between what the smallest has and what is of use", () => {
  const settings = (gigabytes: number) => {
    const [buffers, , log] = sized(gigabytes * 1024 ** 3);
    return [buffers, log];
  };
  expect([0.5, 2, 7.7, 64].map(settings)).toEqual([
    ["shared_buffers=128MB", "max_wal_size=2GB"],
    ["shared_buffers=256MB", "max_wal_size=2GB"],
    ["shared_buffers=985MB", "max_wal_size=4GB"],
    ["shared_buffers=2048MB", "max_wal_size=4GB"],
  ]);
});
