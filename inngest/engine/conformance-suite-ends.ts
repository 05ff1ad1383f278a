import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { NonRetriableError, type Inngest, type InngestFunction } from "inngest";
import { send, type Case, type Context } from "./conformance-case.ts";

type Trace = (key: string, line: string) => void;
type Data = { key: string; how: string; until: string; steps: number; size: number };
const dataOf = (event: { data?: unknown }) => event.data as Data;
const on = (event: string) => [{ event: `suite/${event}` }];

/** When a run goes on and how it ends, and who is told. */
export function endFunctions(client: Inngest, trace: Trace): InngestFunction.Like[] {
  return [...timeFunctions(client, trace), ...toldFunctions(client, trace), ...limitFunctions(client, trace)];
}

function timeFunctions(client: Inngest, trace: Trace): InngestFunction.Like[] {
  const until = client.createFunction({ id: "until", triggers: on("until") }, async ({ event, step }) => {
    await step.sleepUntil("nap", dataOf(event).until);
    trace(dataOf(event).key, "woke");
  });
  const idle = client.createFunction({ id: "idle", triggers: [] }, async ({ step }) => {
    await step.sleep("nap", "10s");
  });
  const hasty = client.createFunction({ id: "hasty", triggers: on("hasty") }, async ({ event, step }) => {
    const { key } = dataOf(event);
    try {
      await step.invoke("ask", { function: idle, timeout: "1s" });
      trace(key, "answered");
    } catch {
      await step.run("note", () => trace(key, "gave up"));
    }
  });
  const firm = client.createFunction(
    {
      id: "firm",
      cancelOn: [{ event: "suite/object", match: "data.key", timeout: "1s" }],
      triggers: on("firm"),
    },
    async ({ event, step }) => {
      const { key } = dataOf(event);
      await step.run("before", () => trace(key, "before"));
      await step.sleep("nap", "4s");
      await step.run("after", () => trace(key, "after"));
    },
  );
  return [until, idle, hasty, firm];
}

type End = { function_id: string; event: { name: string; data: Data & End } };

function toldFunctions(client: Inngest, trace: Trace): InngestFunction.Like[] {
  const ending = client.createFunction(
    { id: "ending", cancelOn: [{ event: "suite/end", match: "data.key" }], triggers: on("ending") },
    async ({ event, step }) => {
      const { key, how } = dataOf(event);
      await step.run("begin", () => trace(key, "begun"));
      if (how === "failed") throw new NonRetriableError("for good");
      if (how === "cancelled") await step.sleep("nap", "20s");
      return "done";
    },
  );
  const ended = (name: string, ...functions: string[]) => ({
    event: `inngest/function.${name}`,
    if: functions.map((id) => `event.data.function_id == "${client.id}-${id}"`).join(" || "),
  });
  // It listens to its own end too: nobody may be told of that.
  const listener = client.createFunction(
    {
      id: "listener",
      triggers: [
        ended("finished", "ending", "listener"),
        ended("failed", "ending"),
        ended("cancelled", "ending"),
      ],
    },
    ({ event }) => {
      const { event: cause, ...told } = event.data as unknown as End & Record<string, unknown>;
      const name = String(event.name).replace("inngest/function.", "");
      if (cause.name.startsWith("inngest/")) {
        trace(cause.data.event.data.key, `told of having been told of ${cause.name}`);
        return;
      }
      const { message } = (told.error ?? {}) as { message?: string };
      const what = cause.data.how === "failed" ? ` ${message}` : "";
      const result = cause.data.how === "completed" ? ` ${JSON.stringify(told.result)}` : "";
      trace(cause.data.key, `${name}${what}${result}`);
    },
  );
  return [ending, listener];
}

function limitFunctions(client: Inngest, trace: Trace): InngestFunction.Like[] {
  const greedy = (id: string, checkpointing: boolean) =>
    client.createFunction(
      {
        id,
        checkpointing,
        retries: 0,
        triggers: on(id),
        onFailure: ({ event }) => trace((event.data.event as { data: Data }).data.key, "refused"),
      },
      async ({ event, step }) => {
        const { key, steps, size } = dataOf(event);
        for (let n = 0; n < steps; n += 1) await step.run(`step ${n}`, () => "x".repeat(size));
        // With checkpoints a function may be a step ahead of what the server has refused.
        if (!checkpointing) trace(key, "ended");
      },
    );
  return [greedy("greedy", false), greedy("endless", true)];
}

/** Fires every minute for as long as it is registered, so it is only where it is asked for. */
export const cronFunction = (client: Inngest, trace: Trace): InngestFunction.Like =>
  client.createFunction(
    { id: "minutely", triggers: [{ cron: "TZ=Asia/Kathmandu * * * * *" }] },
    ({ event }) => trace("cron", event.name),
  );

const told = (how: string, lines: string[]) => async (context: Context) => {
  const { app, key, quietMs } = context;
  await send(context, "ending", { data: { how } });
  await app.seen(key, "begun", 30_000);
  // What cancels is heard from the moment on in which the run is there, which nobody sees from outside.
  if (how === "cancelled") await send(context, "end");
  await Promise.all(lines.map((line) => app.seen(key, line, 30_000)));
  await sleep(quietMs);
  // A server tells of the listener's end where it was told of a cancellation: that is one more, and the last.
  const heard = app.ran(key).filter((line) => !line.endsWith("function.cancelled"));
  assert.deepEqual(heard.toSorted(), ["begun", ...lines].toSorted());
};

type Greed = { name: "greedy" | "endless"; steps: number; size: number };
const refused =
  ({ name, ...data }: Greed) =>
  async (context: Context) => {
    await send(context, name, { data });
    await context.app.seen(context.key, "refused", 120_000);
    assert.deepEqual(context.app.ran(context.key), ["refused"]);
  };

export const endCases: Case[] = [
  {
    name: "a sleep until a moment lasts until then",
    run: async (context) => {
      const started = performance.now();
      const until = new Date((await context.now()) + 1500).toISOString();
      await send(context, "until", { data: { until } });
      await context.app.seen(context.key, "woke", 30_000);
      assert.ok(performance.now() - started >= 1300, "it woke too early");
    },
  },
  {
    name: "an invoked function that does not end in its time is given up",
    run: async (context) => {
      await send(context, "hasty");
      await context.app.seen(context.key, "gave up", 30_000);
      assert.deepEqual(context.app.ran(context.key), ["gave up"]);
    },
  },
  {
    name: "an event cancels only as long as the cancellation's timeout lasts",
    run: async (context) => {
      const { app, key } = context;
      await send(context, "firm");
      await app.seen(key, "before", 30_000);
      await sleep(1500);
      await send(context, "object");
      await app.seen(key, "after", 30_000);
    },
  },
  {
    name: "a run's result is told once, and not the listener's",
    run: told("completed", [`finished "done"`]),
  },
  {
    name: "a run's failure is told once, and not the listener's",
    run: told("failed", ["finished for good", "failed for good"]),
  },
  { name: "a cancelled run is told once", run: told("cancelled", ["finished", "cancelled"]) },
  {
    name: "a step's output beyond 4 MB ends the run",
    run: refused({ name: "greedy", steps: 1, size: 4_300_000 }),
  },
  {
    name: "an event with a wrong key is refused",
    run: async ({ app }) => {
      // A Dev Server asks for no key.
      if (app.client.mode === "dev") return;
      await assert.rejects(
        app.sendWithKey("not-the-key", { name: "suite/plain", data: { key: "stray", n: 0 } }),
      );
      assert.deepEqual(app.ran("stray"), []);
    },
  },
];

/** What takes long, or much of the server: on request. */
export const longCases: Case[] = [
  { name: "a run of more than 1,000 steps ends", run: refused({ name: "endless", steps: 1001, size: 1 }) },
  {
    name: "a run that keeps more than 32 MB ends",
    run: refused({ name: "greedy", steps: 9, size: 4_000_000 }),
  },
  {
    name: "a schedule fires",
    run: ({ app }) => app.seen("cron", "inngest/scheduled.timer", 75_000),
  },
];
