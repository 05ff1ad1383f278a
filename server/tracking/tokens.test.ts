import fc from "fast-check";
import { expect, test } from "vitest";
import { linkToken, readToken, type LinkToken } from "./tokens.ts";

const kinds = ["open", "click", "unsubscribe", "picture"] as const;
const token: fc.Arbitrary<LinkToken> = fc.record({
  kind: fc.constantFrom(...kinds),
  tenantId: fc.uuid(),
  workspaceId: fc.uuid(),
  messageId: fc.uuid(),
  linkIndex: fc.integer({ min: 0, max: 65_535 }),
  test: fc.boolean(),
});

test("a token says what was put in, and only for its own kind", () => {
  fc.assert(
    fc.property(token, (given) => {
      const made = linkToken(given);
      expect(made).toMatch(/^[\w-]{86}$/);
      expect(readToken(made, given.kind)).toEqual(given);
      for (const kind of kinds) if (kind !== given.kind) expect(readToken(made, kind)).toBeNull();
    }),
  );
});

test("no changed, cut or lengthened token is read", () => {
  const characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  fc.assert(
    fc.property(token, fc.nat(85), fc.constantFrom(...characters), (given, at, character) => {
      const made = linkToken(given);
      const changed = made.slice(0, at) + character + made.slice(at + 1);
      if (changed !== made) expect(readToken(changed, given.kind)).toBeNull();
    }),
  );
  const made = linkToken({
    kind: "open",
    tenantId: "0".repeat(32),
    workspaceId: "0".repeat(32),
    messageId: "0".repeat(32),
    linkIndex: 0,
    test: false,
  });
  for (const wrong of ["", made.slice(1), `${made}A`, "x".repeat(10_000)])
    expect(readToken(wrong, "open")).toBeNull();
});
