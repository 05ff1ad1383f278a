import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { numbered, send, type Case, type Context } from "./conformance-case.ts";
import { endCases, longCases } from "./conformance-suite-ends.ts";
import { flowCases } from "./conformance-suite-flow.ts";
import { orderCases, startCases } from "./conformance-suite-starts.ts";

const steps = (name: "steps" | "calls") => async (context: Context) => {
  const { app, key } = context;
  await send(context, name);
  await app.seen(key, "ended 3 [1,null] 2", 30_000);
  assert.deepEqual(app.ran(key), ["a", "b", "b", "ended 3 [1,null] 2"]);
};

const stepCases: Case[] = [
  { name: "steps run once each and keep their results, with checkpoints", run: steps("steps") },
  { name: "steps run once each and keep their results, call by call", run: steps("calls") },
  {
    name: "a step's output may have almost 4 MB",
    run: async (context) => {
      await send(context, "steps", { data: { size: 1_900_000 } });
      await context.app.seen(context.key, "ended 1900000 [1,null] 2", 60_000);
    },
  },
  {
    name: "parallel steps each run once, and the run goes on when all are done",
    run: async (context) => {
      const { app, key } = context;
      await send(context, "parallel");
      await app.seen(key, `ended ["p1","p2",null,"p3"]`, 30_000);
      assert.deepEqual(app.ran(key).slice(0, 3).sort(), ["p1", "p2", "p3"]);
      assert.deepEqual(app.ran(key).slice(3), ["after", `ended ["p1","p2",null,"p3"]`]);
    },
  },
  {
    name: "a race goes on with the first branch",
    run: async (context) => {
      await send(context, "race");
      await context.app.seen(context.key, "ended quick", 30_000);
      assert.deepEqual(context.app.ran(context.key), ["quick", "after", "ended quick"]);
    },
  },
  {
    name: "a step's events start other functions, where the trigger's condition holds",
    run: async (context) => {
      const { app, key, quietMs } = context;
      await send(context, "send");
      await app.seen(key, "received 2", 30_000);
      await sleep(quietMs);
      assert.equal(app.count(key, "received 1"), 0);
    },
  },
  {
    name: "an invoked function's result comes back",
    run: async (context) => {
      await send(context, "parent", { data: { n: 21 } });
      await context.app.seen(context.key, `got {"doubled":42}`, 30_000);
    },
  },
  {
    name: "an invoked function's error comes back",
    run: async (context) => {
      await send(context, "parent", { data: { fail: true } });
      await context.app.seen(context.key, "caught the child failed", 30_000);
    },
  },
];

const waitCases: Case[] = [
  {
    name: "a sleep lasts",
    run: async (context) => {
      await send(context, "nap");
      await context.app.seen(context.key, "slept", 30_000);
    },
  },
  {
    name: "a wait takes the first event that fits",
    run: async (context) => {
      const { app, key, quietMs } = context;
      await send(context, "wait", { data: { timeout: "1m", least: 1 } });
      await app.seen(key, "before", 30_000);
      await sleep(quietMs);
      await send(context, "signal", { data: { key: "somebody else", n: 9 } }, ...numbered(1));
      // An event is heard from the moment on in which the wait is stored, which nobody sees from outside.
      for (let tries = 0; tries < 30 && app.count(key, "got 2") === 0; tries += 1) {
        await send(context, "signal", ...numbered(2));
        await sleep(quietMs);
      }
      assert.deepEqual(app.ran(key), ["before", "got 2"]);
    },
  },
  {
    name: "a wait ends with nothing when its time is over",
    run: async (context) => {
      await send(context, "wait", { data: { timeout: "1s", least: 1 } });
      await context.app.seen(context.key, "got nothing", 30_000);
    },
  },
  {
    name: "an event cancels the run that it names, and no other",
    run: async (context) => {
      const { app, key } = context;
      await send(context, "cancellable", ...numbered(1, 2));
      await Promise.all([app.seen(key, "before 1", 30_000), app.seen(key, "before 2", 30_000)]);
      await send(context, "cancel", ...numbered(1));
      await app.seen(key, "after 2", 30_000);
      assert.equal(app.count(key, "after 1"), 0);
    },
  },
  {
    name: "a run that does not finish in its time is cancelled",
    run: async (context) => {
      const { app, key } = context;
      await send(context, "brief", { data: { seconds: 0 } }, { data: { seconds: 5 } });
      await app.seen(key, "after 0", 30_000);
      await app.seen(key, "before 5", 30_000);
      await sleep(5000 + context.quietMs);
      assert.equal(app.count(key, "after 5"), 0);
    },
  },
  {
    name: "an event of the future starts its run then",
    run: async (context) => {
      const { app, key, now } = context;
      const started = performance.now();
      await send(context, "plain", { data: { n: 1 }, ts: (await now()) + 1500 });
      await app.seen(key, "ran 1", 30_000);
      assert.ok(performance.now() - started >= 1300, "it started before its time");
    },
  },
];

const errorCases: Case[] = [
  {
    name: "a failing step is tried again",
    run: async (context) => {
      const { app, key } = context;
      await send(context, "flaky", { data: { failures: 1 } });
      await app.seen(key, "succeeded", 60_000);
      assert.deepEqual(app.ran(key), ["first", "try 0", "try 1", "succeeded"]);
    },
  },
  {
    name: "a step that fails for good can be caught",
    run: async (context) => {
      const { app, key } = context;
      await send(context, "flaky", { data: { failures: 9 } });
      await app.seen(key, "caught failure 2", 60_000);
      assert.deepEqual(app.ran(key), ["first", "try 0", "try 1", "try 2", "caught failure 2"]);
    },
  },
  {
    name: "a non-retriable error ends the run at once and calls onFailure once",
    run: async (context) => {
      const { app, key, quietMs } = context;
      await send(context, "fatal");
      await app.seen(key, "onFailure never again", 30_000);
      await sleep(quietMs);
      assert.deepEqual(app.ran(key), ["try", "onFailure never again"]);
    },
  },
];

export const cases: readonly Case[] = [
  ...stepCases,
  ...waitCases,
  ...errorCases,
  ...startCases,
  ...orderCases,
  ...flowCases,
  ...endCases,
];

export type Verdict = { name: string; ms: number; problem: string | null };

/** Runs all cases beside each other and says of each how it went; `long` with those that are for request only. */
export function runCases(context: Omit<Context, "key">, prefix: string, long = false): Promise<Verdict[]> {
  return Promise.all(
    [...cases, ...(long ? longCases : [])].map(async ({ name, run }, index) => {
      const started = performance.now();
      const verdict = (problem: string | null) => ({ name, ms: performance.now() - started, problem });
      try {
        await run({ ...context, key: `${prefix}-${index}` });
        return verdict(null);
      } catch (error) {
        return verdict(error instanceof Error ? error.message : String(error));
      }
    }),
  );
}
