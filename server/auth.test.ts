import { encode } from "next-auth/jwt";
import { expect, test } from "vitest";
import { authOptions, readSessionId, sealSessionId } from "./auth.ts";
import { env } from "./env.ts";

const id = "0198c0de-0000-7000-8000-000000000001";

test("the cookie gives its session id back, and only ours does", async () => {
  const sealed = await sealSessionId(id);
  expect(sealed).not.toContain(id);
  expect(await readSessionId(sealed)).toBe(id);
  expect(await readSessionId(`${sealed.slice(0, -4)}AAAA`)).toBeNull();
  expect(await readSessionId(await encode({ token: { sid: id }, secret: "another secret" }))).toBeNull();
  expect(await readSessionId(undefined)).toBeNull();
});

test("the token holds the session id and nothing about the person", async () => {
  const jwt = authOptions().callbacks?.jwt;
  const user = { id: "user", sessionId: id, email: "ada@example.com" };
  expect(await jwt?.({ token: { email: "ada@example.com", sub: "user" }, user, account: null })).toEqual({
    sid: id,
  });
});

test.each([
  ["/acme/contacts", "/acme/contacts"],
  ["//evil.example", ""],
  ["/\\evil.example", ""],
  ["https://evil.example", ""],
])("after signing in, %s does not leave this site", async (url, path) => {
  const target = await authOptions().callbacks?.redirect?.({ url, baseUrl: "http://localhost:3000" });
  expect(target).toBe(env.APP_URL + path);
});
