import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Inngest, InngestFunction } from "inngest";
import { numbered, repeatedly, send, type Case } from "./conformance-case.ts";

type Trace = (key: string, line: string) => void;
type Data = { key: string; n: number; wide: string; narrow: string };
const dataOf = (event: { data?: unknown }) => event.data as Data;
const on = (event: string) => [{ event: `suite/${event}` }];

/** Notes how many of a kind are at work at this moment, this one included, for as long as `ms`. */
function crowd(trace: Trace) {
  const inside = new Map<string, number>();
  return async (key: string, kind: string, name: string, ms: number) => {
    const together = (inside.get(name) ?? 0) + 1;
    inside.set(name, together);
    trace(key, `${kind} ${together}`);
    await sleep(ms);
    inside.set(name, (inside.get(name) ?? 0) - 1);
  };
}

/** What holds runs and steps back, beyond the one key, the one moment or the one event of the simple cases. */
export function flowFunctions(client: Inngest, trace: Trace): InngestFunction.Like[] {
  const together = crowd(trace);
  const twoKeys = client.createFunction(
    {
      id: "two-keys",
      concurrency: [
        { limit: 2, key: "event.data.wide" },
        { limit: 1, key: "event.data.narrow" },
      ],
      triggers: on("two-keys"),
    },
    async ({ event }) => {
      const { key, wide, narrow } = dataOf(event);
      await Promise.all([together(key, "wide", wide, 120), together(key, "narrow", narrow, 120)]);
      trace(key, "ended");
    },
  );
  const shared = (["env", "account"] as const).flatMap((scope) =>
    ["one", "other"].map((name) =>
      client.createFunction(
        {
          id: `${scope}-${name}`,
          concurrency: { limit: 1, scope, key: `"${scope}" + event.data.key` },
          triggers: on(`scope-${scope}`),
        },
        async ({ event }) => {
          const { key } = dataOf(event);
          await together(key, "together", `${scope} ${key}`, 80);
          trace(key, "ended");
        },
      ),
    ),
  );
  const branches = client.createFunction(
    { id: "branches", concurrency: { limit: 2, key: "event.data.key" }, triggers: on("branches") },
    async ({ event, step }) => {
      const { key } = dataOf(event);
      const branch = (n: number) => step.run(`branch ${n}`, () => together(key, "branches", key, 120));
      await Promise.all([1, 2, 3, 4, 5].map(branch));
      trace(key, "ended");
    },
  );
  const key = "event.data.key";
  const ran = ({ event }: { event: { data?: unknown } }) => trace(dataOf(event).key, "ran");
  const burst = client.createFunction(
    { id: "burst", throttle: { limit: 1, period: "1m", burst: 1, key }, triggers: on("burst") },
    ran,
  );
  const postponed = client.createFunction(
    { id: "postponed", debounce: { period: "1s", timeout: "2s", key }, triggers: on("postponed") },
    ran,
  );
  const sorted = client.createFunction(
    {
      id: "sorted",
      batchEvents: { maxSize: 2, timeout: "30s", key, if: "event.data.n > 10" },
      triggers: on("sorted"),
    },
    ({ events }) => {
      const numbers = events.map((event) => dataOf(event).n).sort();
      trace(dataOf(events[0]).key, `batch ${numbers.join()}`);
    },
  );
  return [twoKeys, ...shared, branches, burst, postponed, sorted];
}

const most = (lines: readonly string[], kind: string) =>
  Math.max(...lines.flatMap((line) => (line.startsWith(`${kind} `) ? [Number(line.split(" ")[1])] : [])));

export const flowCases: Case[] = [
  {
    name: "of two concurrency keys each holds its own",
    run: async (context) => {
      const { app, key } = context;
      const lane = (narrow: string) => ({ data: { wide: `${key} wide`, narrow: `${key} ${narrow}` } });
      await send(context, "two-keys", ...["x", "x", "y", "y", "z", "z"].map(lane));
      await repeatedly(context, "ended", 6);
      assert.ok(most(app.ran(key), "wide") <= 2, "the wide key let too many through");
      assert.equal(most(app.ran(key), "narrow"), 1);
    },
  },
  ...(["env", "account"] as const).map((scope) => ({
    name: `a concurrency limit of scope ${scope} holds across functions`,
    run: async (context: Parameters<Case["run"]>[0]) => {
      await send(context, `scope-${scope}`, {}, {});
      await repeatedly(context, "ended", 4);
      assert.equal(most(context.app.ran(context.key), "together"), 1);
    },
  })),
  {
    name: "parallel steps of a run keep to its concurrency limit",
    run: async (context) => {
      await send(context, "branches");
      await repeatedly(context, "ended", 1);
      assert.ok(most(context.app.ran(context.key), "branches") <= 2, "more than two at once");
      assert.equal(context.app.ran(context.key).length, 6);
    },
  },
  {
    name: "a throttle's burst comes on top of its limit, once",
    run: async (context) => {
      const { app, key } = context;
      await send(context, "burst", {}, {}, {});
      await repeatedly(context, "ran", 2);
      await sleep(context.quietMs);
      assert.equal(app.count(key, "ran"), 2);
    },
  },
  {
    name: "a debounce is not postponed for longer than its timeout",
    run: async (context) => {
      const { app, key } = context;
      let sent = 0;
      for (; sent < 60 && app.count(key, "ran") === 0; sent += 1) {
        await send(context, "postponed", ...numbered(sent));
        await sleep(150);
      }
      assert.ok(sent < 60, "events every 150 ms kept it from running for 9 s");
    },
  },
  {
    name: "an event that a batch's condition leaves out runs by itself",
    run: async (context) => {
      const { app, key } = context;
      await send(context, "sorted", ...numbered(11));
      await send(context, "sorted", ...numbered(1));
      await app.seen(key, "batch 1", 20_000);
      await send(context, "sorted", ...numbered(12));
      await app.seen(key, "batch 11,12", 20_000);
      assert.equal(app.ran(key).length, 2);
    },
  },
];
