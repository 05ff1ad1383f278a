import { expect, test } from "vitest";
import { addressOf, isSameOrigin, requestIdOf } from "./address.ts";

const appUrl = "https://mail.example.com";

test.each<[string, Record<string, string>, boolean]>([
  ["a page of ours", { "sec-fetch-site": "same-origin" }, true],
  ["typed by hand", { "sec-fetch-site": "none" }, true],
  ["a sibling subdomain", { "sec-fetch-site": "same-site", origin: "https://evil.example.com" }, false],
  ["another site", { "sec-fetch-site": "cross-site", origin: "https://evil.example" }, false],
  ["another site in an old browser", { origin: "https://evil.example", host: "mail.example.com" }, false],
  ["a sandboxed frame", { origin: "null", host: "mail.example.com" }, false],
  ["ours in an old browser", { origin: appUrl }, true],
  ["ours under another name", { origin: "http://127.0.0.1:3000", host: "127.0.0.1:3000" }, true],
  ["a program without a browser's cookies", {}, true],
])("a request from %s", (_, headers, expected) => {
  expect(isSameOrigin(new Headers(headers), appUrl)).toBe(expected);
});

test("only the hop that our own proxy noted counts as the client's address", () => {
  expect(addressOf(new Headers({ "x-forwarded-for": "1.1.1.1, 203.0.113.9" }))).toBe("203.0.113.9");
});

test("a request id that could break the log is replaced", () => {
  expect(requestIdOf(new Headers({ "x-request-id": "proxy-12345678" }))).toBe("proxy-12345678");
  expect(requestIdOf(new Headers({ "x-request-id": 'a"} {"level":' }))).toMatch(/^[0-9a-f-]{36}$/);
});
