import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { SealError, sealer } from "./seal.ts";
import type { SealedPlace } from "./seal.ts";

const [first, second] = [randomBytes(32).toString("base64"), randomBytes(32).toString("base64")];
const place: SealedPlace = { tenantId: "t1", table: "email_accounts", rowId: "r1", column: "password" };

test("a sealed value opens in its own place and says nothing by itself", () => {
  const { seal, open } = sealer(first);
  const sealed = seal("grüße", place);
  expect(sealed).toMatch(/^v1:[0-9a-f]{8}:[\w-]{16}:[\w-]+$/);
  expect(sealed).not.toContain("grüße");
  expect(seal("grüße", place)).not.toBe(sealed);
  expect(open(sealed, place)).toBe("grüße");
});

test.each(["tenantId", "table", "rowId", "column"] as const)(
  "a value copied to another %s does not open",
  (part) => {
    const { seal, open } = sealer(first);
    expect(() => open(seal("x", place), { ...place, [part]: "other" })).toThrow(SealError);
  },
);

test("a changed value does not open", () => {
  const { seal, open } = sealer(first);
  const sealed = seal("x", place);
  const changed = sealed.slice(0, -2) + (sealed.endsWith("AA") ? "BB" : "AA");
  expect(() => open(changed, place)).toThrow(/was changed/);
  expect(() => open("hunter2", place)).toThrow(/holds no sealed value/);
});

test("a new key in front seals, the old one still opens, and old values are known as stale", () => {
  const old = sealer(first).seal("x", place);
  const rotated = sealer(`${second},${first}`);
  expect(rotated.open(old, place)).toBe("x");
  expect(rotated.isStale(old)).toBe(true);
  expect(rotated.isStale(rotated.seal("x", place))).toBe(false);
});

test("a lost key is named, with what to do", () => {
  const old = sealer(first).seal("x", place);
  expect(() => sealer(second).open(old, place)).toThrow(/SEALING_KEY does not hold/);
});
