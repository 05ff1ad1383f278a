import { afterAll, beforeAll, expect, test } from "vitest";
import { mailExchangers, type TakesMail } from "./mail-exchangers.ts";
import { startNameServer, type Zone } from "./testing-name-server.ts";

const zone: Zone = new Map<string, string[] | "broken">([
  ["mx mail.example", ["mx1.mail.example", "mx2.mail.example"]],
  ["a plain.example", ["192.0.2.1"]],
  ["mx none.example", [""]],
  ["a none.example", ["192.0.2.1"]],
  ["text.example", ["v=spf1 -all"]],
  ["mx broken.example", "broken"],
  ["a half.example", "broken"],
]);
let server: Awaited<ReturnType<typeof startNameServer>>;
let takesMail: TakesMail;

beforeAll(async () => {
  server = await startNameServer(zone);
  takesMail = mailExchangers(server.address);
});
afterAll(() => server.stop());

test.each<[string, boolean | null]>([
  ["mail.example", true],
  ["plain.example", true],
  ["none.example", false],
  ["text.example", false],
  ["absent.example", false],
  ["broken.example", null],
  ["half.example", null],
])("whether mail for %s has a server: %s", async (domain, expected) => {
  expect(await takesMail(domain)).toBe(expected);
});
