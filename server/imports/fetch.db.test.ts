import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { v7 } from "uuid";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newTenant } from "#db/testing";
import { storage } from "#server/storage";
import { fetchImport } from "./fetch.ts";
import { partBytes } from "./schema.ts";

let asked = 0;
const server = createServer((request, response) => {
  asked += 1;
  if (request.url === "/dribble") dribble(response);
  else response.end("email,plan\na@example.com,pro\n");
});
/** A part of a file at once, and then a byte now and then. */
function dribble(response: ServerResponse): void {
  response.write("a".repeat(partBytes));
  const drops = setInterval(() => response.write("a"), 20);
  response.on("close", () => clearInterval(drops));
}

let base = "";
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});

test("a private address needs the operator's word, and plain HTTP never leaves the own network", async () => {
  const tenant = await newTenant();
  const fetched = (url: string) => tenant.caller.imports.fetch({ key: crypto.randomUUID(), url });
  await expect(fetched(`${base}/people.csv`)).rejects.toThrow(/inside this network/);
  await expect(fetched("http://1.1.1.1/people.csv")).rejects.toThrow(/must be asked over HTTPS/);
  await expect(fetched("https://user:word@example.com/people.csv")).rejects.toThrow(/user name and password/);
});

test("a file from an address is inspected like an upload, and is one import, however often it is asked for", async () => {
  const tenant = await newTenant();
  const key = crypto.randomUUID();
  const fetched = () => fetchImport(tenant.scope, { key, url: `${base}/people.csv` }, { allowPrivate: true });
  // Two at once: the file of one of them is kept, and the other one leaves nothing of it broken or behind.
  await Promise.all([fetched(), fetched()]);
  expect(asked).toBe(2);
  await fetched();
  expect(asked).toBe(2);
  const files: string[] = [];
  for await (const file of storage.list()) if (file.includes(key)) files.push(file);
  expect(files).toHaveLength(1);
  expect(await tenant.caller.imports.inspect({ id: key })).toMatchObject({
    fileName: "people.csv",
    headers: ["email", "plan"],
  });
});

test("a server that dribbles is left, and nothing of its file stays", async () => {
  const tenant = await newTenant();
  const key = v7();
  const fetched = fetchImport(
    tenant.scope,
    { key, url: `${base}/dribble` },
    { allowPrivate: true, withinMs: 200 },
  );
  await expect(fetched).rejects.toThrow(/broke off after \d+ bytes \(the whole file takes longer/);
  for await (const file of storage.list()) expect(file).not.toContain(key);
});
