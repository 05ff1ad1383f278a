import { expect, test } from "vitest";
import { slugCandidates, slugOf } from "./slug.ts";

test.each([
  ["Acme GmbH & Co.", "acme-gmbh-co"],
  ["Zoë's Café", "zoes-cafe"],
  ["Straße", "strasse"],
  ["日本", "workspace"],
  ["  --  ", "workspace"],
  ["a".repeat(39) + " b", "a".repeat(39)],
])("%j becomes %j", (name, slug) => expect(slugOf(name)).toBe(slug));

test.each(["Login", "API", "t", "u", "operator", "preferences", "status", "invite", "register"])(
  "%s does not shadow a page of the product",
  (name) => expect(slugOf(name)).not.toBe(name.toLowerCase()),
);

test("every candidate is a new one", () => {
  const candidates = [...slugCandidates("Acme")];
  expect(candidates.slice(0, 3)).toEqual(["acme", "acme-2", "acme-3"]);
  expect(new Set(candidates).size).toBe(candidates.length);
});
