import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { numbered, repeatedly, send, type Case, type Context } from "./conformance-case.ts";

export const startCases: Case[] = [
  {
    name: "a singleton skips a second start",
    run: async (context) => {
      const { app, key } = context;
      await send(context, "single-skip", ...numbered(1));
      await app.seen(key, "before 1", 30_000);
      await send(context, "single-skip", ...numbered(2));
      await app.seen(key, "after 1", 30_000);
      assert.deepEqual(app.ran(key), ["before 1", "after 1"]);
    },
  },
  {
    name: "a singleton cancels the first run for the second",
    run: async (context) => {
      const { app, key } = context;
      await send(context, "single-cancel", ...numbered(1));
      await app.seen(key, "before 1", 30_000);
      await send(context, "single-cancel", ...numbered(2));
      await app.seen(key, "after 2", 30_000);
      assert.deepEqual(app.ran(key), ["before 1", "before 2", "after 2"]);
    },
  },
  ...(["plain", "once", "limited"] as const).map((name) => ({
    name: {
      plain: "the same event id starts a function once",
      once: "the same idempotency key starts a function once",
      limited: "what a rate limit does not let through is dropped",
    }[name],
    run: async (context: Context) => {
      const { app, key, quietMs } = context;
      const same = { data: { n: 1 }, ...(name === "plain" && { id: `${name}-${key}` }) };
      await send(context, name, same);
      await app.seen(key, "ran 1", 30_000);
      await send(context, name, same);
      await sleep(quietMs);
      assert.equal(app.count(key, "ran 1"), 1);
    },
  })),
  {
    name: "what a throttle does not let through waits for its turn",
    run: async (context) => {
      const { app, key } = context;
      const started = performance.now();
      await send(context, "throttled", ...numbered(1, 1, 1));
      await repeatedly(context, "ran 1", 3);
      assert.ok(performance.now() - started >= 1500, `three runs in ${performance.now() - started} ms`);
      assert.equal(app.count(key, "ran 1"), 3);
    },
  },
  {
    name: "a debounce runs once, with the last event",
    run: async (context) => {
      const { app, key, quietMs } = context;
      for (const n of [1, 2, 3]) {
        await send(context, "settled", ...numbered(n));
        await sleep(20);
      }
      await app.seen(key, "ran 3", 30_000);
      await sleep(quietMs);
      assert.deepEqual(app.ran(key), ["ran 3"]);
    },
  },
  {
    name: "a batch runs when it is full or when its time is over",
    run: async (context) => {
      const { app, key } = context;
      await send(context, "batched", ...numbered(1));
      await send(context, "batched", ...numbered(2));
      await send(context, "batched", ...numbered(3, 4));
      await repeatedly(context, "batch 4", 1);
      assert.deepEqual(app.ran(key), ["batch 1,2,3", "batch 4"]);
    },
  },
];

export const orderCases: Case[] = [
  {
    name: "a concurrency key lets one step run at a time, and a sleeping run holds no slot",
    run: async (context) => {
      const { app, key } = context;
      const lane = (name: string, sleeps: boolean) => ({ data: { lane: `${key} ${name}`, sleeps } });
      await send(context, "lanes", ...["x", "x", "x", "y", "y"].map((name) => lane(name, name === "x")));
      await repeatedly(context, "ended", 5);
      assert.equal(app.count(key, "together 1"), 5);
    },
  },
  {
    name: "a run of higher priority goes first, one of lower priority last",
    run: async (context) => {
      const { app, key } = context;
      await send(context, "ordered", { data: { n: 0, lead: 0, pauseMs: 1500 } });
      await app.seen(key, "ran 0", 30_000);
      const events = [-300, 0, 300].map((lead) => ({ data: { n: lead, lead } }));
      await send(context, "ordered", ...events);
      await app.seen(key, "ran -300", 30_000);
      assert.deepEqual(app.ran(key), ["ran 0", "ran 300", "ran 0", "ran -300"]);
    },
  },
  {
    name: "a run that does not start in its time is cancelled",
    run: async (context) => {
      const { app, key } = context;
      await send(context, "impatient", { data: { n: 1, pauseMs: 4000 } });
      await app.seen(key, "ran 1", 30_000);
      await send(context, "impatient", ...numbered(2));
      await app.seen(key, "ended 1", 30_000);
      await sleep(context.quietMs);
      assert.equal(app.count(key, "ran 2"), 0);
    },
  },
];
