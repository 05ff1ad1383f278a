import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { EventsRefused, readEvents } from "./event-input.ts";
import { checkFunction } from "./function-check.ts";
import { readReply, type Reply } from "./reply.ts";
import {
  bearer,
  encodeBody,
  isAuthorized,
  replyIsSigned,
  signingKeyProblem,
  signRequest,
} from "./signature.ts";
import { ulid } from "./ulid.ts";

const key = `signkey-prod-${"0af1".repeat(8)}`;
const now = Date.UTC(2026, 10, 21);

function signed(text: string, at = now): string {
  const timestamp = String(at / 1000);
  const digest = createHmac("sha256", "0af1".repeat(8))
    .update(text + timestamp)
    .digest("hex");
  return `t=${timestamp}&s=${digest}`;
}

function reply(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  const text = JSON.stringify(body);
  return {
    status,
    text,
    headers: { "x-inngest-sdk": "js:v4", "x-inngest-signature": signed(text), ...headers },
  };
}

test("requests and replies are signed with the text of the key", () => {
  const body = encodeBody({ b: 1, a: "ü" });
  expect(body).toEqual({ text: '{"b":1,"a":"ü"}', canonical: '{"a":"ü","b":1}' });
  expect(encodeBody({ a: "\ud83d" }).text).toBe('{"a":"\ufffd"}');
  expect(signRequest(body.canonical, key, now)).toBe(signed(body.canonical));
  expect(replyIsSigned(signed("x"), "x", [key], now + 299_000)).toBe(true);
  expect(replyIsSigned(signed("x"), "x", [key], now + 301_000)).toBe(false);
  expect(replyIsSigned(signed("x"), "y", [key], now)).toBe(false);
  expect(replyIsSigned(undefined, "x", [key], now)).toBe(false);
  expect(isAuthorized(bearer(key), [key])).toBe(true);
  expect(isAuthorized(`Bearer ${key}`, [key])).toBe(false);
  expect(signingKeyProblem(key)).toBeNull();
  expect(signingKeyProblem("signkey-prod-secret")).toMatch(/hex digits/);
});

test("only what the SDK has sent and signed is an answer", () => {
  expect(readReply(reply(200, { ok: 1 }), [key], now)).toEqual({ kind: "finished", output: { ok: 1 } });
  const forged = reply(200, { ok: 1 }, { "x-inngest-signature": signed("{}") });
  expect(readReply(forged, [key], now)).toMatchObject({ kind: "unanswered", delivered: true });
  expect(readReply({ status: 502, headers: {}, text: "<html>" }, [key], now)).toMatchObject({
    kind: "unanswered",
  });
  expect(readReply({ status: 401, headers: {}, text: "{}" }, [key], now)).toMatchObject({ delivered: false });
});

test("the no-retry header decides, not the status", () => {
  const error = { name: "Error", message: "no" };
  const retry = (status: number, headers: Record<string, string>) =>
    readReply(reply(status, error, headers), [key], now);
  expect(retry(500, { "x-inngest-no-retry": "true" })).toMatchObject({
    kind: "failed",
    retry: { allowed: false },
  });
  expect(retry(400, { "x-inngest-no-retry": "false", "retry-after": "7" })).toMatchObject({
    retry: { allowed: true, due: { afterMs: 7000 } },
  });
});

test("a streamed reply is unwrapped, with its own signature", () => {
  const body = "[]";
  const inner = { status: 206, headers: { "X-Inngest-Signature": signed(body) }, body };
  const outer: Reply = {
    status: 201,
    headers: { "x-inngest-sdk": "js:v4" },
    text: `  \n${JSON.stringify(inner)}`,
  };
  expect(readReply(outer, [key], now)).toMatchObject({ kind: "ops", ops: [] });
});

test("a repeated request gets the same ids, in order, and a new one others", () => {
  const seed = `${now},${Buffer.alloc(10, 7).toString("base64")}`;
  const events = [{ name: "a/b" }, { name: "a/c", id: "own" }];
  const ids = (text?: string) => readEvents(events, text, now).map(({ serverId }) => serverId);
  expect(ids(seed)).toEqual(ids(seed));
  expect(ids(seed)).toEqual([...ids(seed)].sort());
  expect(new Set([...ids(seed), ...ids(), ...ids()]).size).toBe(6);
  expect(readEvents(events, seed, now)[1]).toMatchObject({
    externalId: "own",
    event: { id: "own", ts: now },
  });
  expect(ulid(now, Buffer.alloc(10))).toBe(`${ulid(now).slice(0, 10)}${"0".repeat(16)}`);
});

test("a wrong event is refused with a sentence, and none of its request is taken", () => {
  const refusal = (body: unknown) => {
    try {
      return readEvents(body, undefined, now).length;
    } catch (error) {
      return error instanceof EventsRefused ? error.message : error;
    }
  };
  expect(refusal([{ name: "a/b" }, { name: 5 }])).toMatch(/^Event 2: name /);
  expect(refusal({ name: "inngest/function.failed" })).toMatch(/reserved/);
  expect(refusal({ name: "a/b", data: { text: "x".repeat(600_000) } })).toMatch(/bytes; 524288 are allowed/);
  expect(refusal({ name: "a\0b" })).toMatch(/zero byte/);
  expect(readEvents({ name: "a/b", data: { _inngest: 1, k: 2 } }, undefined, now)[0]?.event.data).toEqual({
    k: 2,
  });
});

test("an option that is not supported is refused by its name", () => {
  const config = (options: object) => ({
    id: "lab-f",
    triggers: [{ event: "a/b" }],
    steps: { step: { runtime: { type: "http", url: "http://127.0.0.1/api" } } },
    ...options,
  });
  expect(checkFunction(config({}))).toMatchObject({ id: "lab-f" });
  const wrong = {
    throttle: { limit: 1, period: "30d" },
    rateLimit: { limit: 1, period: "soon" },
    debounce: { period: "0s" },
    batchEvents: { maxSize: 3, timeout: "2m" },
    timeouts: { start: "1y" },
    priority: { run: "evnt.data.lead" },
  };
  for (const [name, value] of Object.entries(wrong)) {
    expect(() => checkFunction(config({ [name]: value }))).toThrow(
      new RegExp(`Function "lab-f": ${name}\\.`),
    );
  }
  expect(() =>
    checkFunction(config({ batchEvents: { maxSize: 3, timeout: "2s" }, cancel: [{ event: "a/b" }] })),
  ).toThrow(/batchEvents cannot be combined with cancelOn/);
  expect(() => checkFunction(config({ batchEvents: { maxSize: 101, timeout: "2s" } }))).toThrow(/maxSize/);
  expect(() => checkFunction(config({ somethingNew: 1 }))).toThrow(/somethingNew is not supported/);
  for (const [name, options] of Object.entries({
    "triggers.if": { triggers: [{ event: "a/b", expression: "evnt.data.k == 1" }] },
    "cancelOn.if": { cancel: [{ event: "a/b", if: "async.data.k ==" }] },
    "cancelOn.timeout": { cancel: [{ event: "a/b", timeout: "soon" }] },
    "concurrency.limit": { concurrency: [{ limit: 2 }, { limit: 0, key: "event.data.k" }] },
    "concurrency.scope": { concurrency: { limit: 1, scope: "account" } },
    "singleton.key": { singleton: { key: "evnt.data.k", mode: "skip" } },
    "singleton.mode": { singleton: { mode: "wait" } },
    "throttle.key": { throttle: { limit: 1, period: "1m", key: "evnt.data.k" } },
    "debounce.timeout": { debounce: { period: "1m", timeout: "later" } },
    "batchEvents.if": { batchEvents: { maxSize: 2, timeout: "2s", if: "evnt.data.k" } },
    idempotency: { idempotency: "evnt.data.k" },
    jitter: { triggers: [{ cron: "0 9 * * *", jitter: "5m" }] },
    connect: { steps: { step: { runtime: { type: "ws", url: "ws://127.0.0.1/api" } } } },
  }))
    expect(() => checkFunction(config(options)), name).toThrow(
      new RegExp(`Function "lab-f": ${name.replace(".", "[.]")}`),
    );
  const asksOneEvent = {
    debounce: { period: "2s" },
    rateLimit: { limit: 1, period: "1m" },
    idempotency: "event.data.k",
    singleton: { mode: "skip" },
    priority: { run: "event.data.lead" },
  };
  for (const [name, value] of Object.entries(asksOneEvent))
    expect(() =>
      checkFunction(config({ batchEvents: { maxSize: 3, timeout: "2s" }, [name]: value })),
    ).toThrow(new RegExp(`batchEvents cannot be combined with ${name}`));
  expect(() => checkFunction(config({ concurrency: { limit: 1, key: "evnt.data.k" } }))).toThrow(
    /concurrency.key/,
  );
  expect(() => checkFunction(config({ triggers: [{ cron: "* * *" }] }))).toThrow(/five fields/);
  expect(() => checkFunction(config({ triggers: [{ cron: "0 0 31 2 *" }] }))).toThrow(/does not fire within/);
  expect(() => checkFunction(config({ cancel: Array.from({ length: 6 }, () => ({ event: "a" })) }))).toThrow(
    /cancelOn has 6 entries; a function may have 5/,
  );
});
