import { afterAll, beforeAll, expect, test } from "vitest";
import { blockLists } from "./block-lists.ts";
import { startNameServer, type Zone } from "./testing-name-server.ts";

const zone: Zone = new Map<string, string[] | "broken">([
  ["a listed.example.dbl.test", ["127.0.1.2"]],
  ["listed.example.dbl.test", ["https://dbl.test/query/listed.example\u0007", "and more"]],
  ["a silent.example.dbl.test", ["127.0.0.2"]],
  ["a refused.example.dbl.test", ["127.255.255.254"]],
  ["a limited.example.dbl.test", ["127.0.0.2", "127.255.255.255"]],
  ["a uribl.example.dbl.test", ["127.0.0.1"]],
  ["a parked.example.dbl.test", ["192.0.2.80"]],
  ["a broken.example.dbl.test", "broken"],
  // Lists that are shut, and one of which nobody can tell.
  ["a any.example.shut.test", ["127.0.0.2"]],
  ["a invalid.shut.test", ["127.0.0.2"]],
  ["a any.example.half.test", ["127.0.0.2"]],
  ["a invalid.half.test", "broken"],
]);
let server: Awaited<ReturnType<typeof startNameServer>>;
beforeAll(async () => {
  server = await startNameServer(zone);
});
afterAll(() => server.stop());

const ask = async (domain: string, of = "dbl.test") => {
  const [answer] = await blockLists([{ name: "List", zone: of }], server.address)(domain);
  return answer;
};

test("a domain with an entry is listed, in the list's own words where it has any", async () => {
  expect(await ask("listed.example")).toEqual({
    list: "List",
    state: "listed",
    words: "https://dbl.test/query/listed.example and more",
  });
  expect(await ask("silent.example")).toEqual({ list: "List", state: "listed", words: null });
  expect(await ask("absent.example")).toEqual({ list: "List", state: "clear" });
});

test.each([
  ["refused", "dbl.test", "127.255.255.254"],
  ["limited", "dbl.test", "127.255.255.255"],
  ["uribl", "dbl.test", "127.0.0.1"],
  ["parked", "dbl.test", "192.0.2.80"],
  ["broken", "dbl.test", "did not answer"],
  ["any", "shut.test", "names every domain"],
  ["any", "half.test", "did not answer"],
])("a list that refuses, fails or cannot be trusted says nothing: %s in %s", async (name, of, why) => {
  expect(await ask(`${name}.example`, of)).toEqual({
    list: "List",
    state: "unknown",
    note: expect.stringContaining(why) as string,
  });
});

test("a name service that is not there says nothing, and without lists nothing is asked", async () => {
  const [answer] = await blockLists([{ name: "List", zone: "dbl.test" }], "127.0.0.1:9")("listed.example");
  expect(answer).toMatchObject({ state: "unknown" });
  expect(await blockLists([], "127.0.0.1:9")("listed.example")).toEqual([]);
});
