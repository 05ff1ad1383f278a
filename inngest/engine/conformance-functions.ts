import { setTimeout as sleep } from "node:timers/promises";
import { NonRetriableError, RetryAfterError, type Inngest, type InngestFunction } from "inngest";

/** Notes that something ran. `key` tells the runs of one test from those of another. */
export type Trace = (key: string, line: string) => void;

type Data = { key: string } & Record<string, unknown>;
const dataOf = (event: { data?: unknown }) => event.data as Data;
const says = (event: { data?: unknown }, otherwise: string) =>
  (event.data as { says?: string }).says ?? otherwise;

/**
 * One small function per feature that a server of functions must have. They sleep for hours, since the tests of the embedded
 * server move its clock and look into its tables; those of `conformance-suite-functions.ts` take seconds of real time, since
 * they run against any server.
 */
export function labFunctions(client: Inngest, trace: Trace): InngestFunction.Like[] {
  return [
    ...stepFunctions(client, trace),
    ...invokeFunctions(client, trace),
    ...waitFunctions(client, trace),
    ...errorFunctions(client, trace),
    ...flowFunctions(client, trace),
  ];
}

function stepFunctions(client: Inngest, trace: Trace): InngestFunction.Like[] {
  const steps = client.createFunction(
    { id: "steps", retries: 0, triggers: [{ event: "lab/steps" }] },
    async ({ event, step }) => {
      const { key, pauseMs = 0 } = dataOf(event);
      const noted = <T>(line: string, value: T) =>
        step.run(line, async () => {
          trace(key, line);
          await sleep(Number(pauseMs));
          return value;
        });
      const a = await noted("a", { text: "ü\u0000\ud83d", list: [1, null] });
      const b = await noted("b", a.list.length);
      await noted("b", b);
      trace(key, `ended ${JSON.stringify([a, b])}`);
      return { b };
    },
  );
  const long = client.createFunction(
    { id: "long", retries: 0, triggers: [{ event: "lab/long" }] },
    async ({ event, step }) => {
      const { key, ms } = dataOf(event);
      await step.run("work", async () => {
        trace(key, "begun");
        await sleep(Number(ms));
        trace(key, "done");
      });
    },
  );
  const large = client.createFunction(
    { id: "large", triggers: [{ event: "lab/large" }] },
    async ({ event, step }) => {
      const sizes = [];
      for (const id of ["x", "y", "z"]) {
        sizes.push((await step.run(id, () => id.repeat(Number(dataOf(event).size)))).length);
      }
      trace(dataOf(event).key, `ended ${sizes.join()}`);
    },
  );
  const parallel = client.createFunction(
    { id: "parallel", triggers: [{ event: "lab/parallel" }] },
    async ({ event, step }) => {
      const { key } = dataOf(event);
      const branch = (name: string) =>
        step.run(name, () => {
          trace(key, name);
          return name;
        });
      const all = await Promise.all([branch("p1"), branch("p2"), step.sleep("nap", "1h"), branch("p3")]);
      await branch("after");
      trace(key, `ended ${JSON.stringify(all)}`);
    },
  );
  const race = client.createFunction(
    { id: "race", triggers: [{ event: "lab/race" }] },
    async ({ event, step, group }) => {
      const { key } = dataOf(event);
      const quick = () => step.run("quick", () => (trace(key, "quick"), "quick"));
      const slow = async () => step.sleep("slow", "30d").then(() => "slow");
      const won = await group.parallel({ mode: "race" }, () => Promise.race([slow(), quick()]));
      await step.run("after", () => trace(key, "after"));
      trace(key, `ended ${won}`);
    },
  );
  const sender = client.createFunction(
    { id: "sender", triggers: [{ event: "lab/send" }] },
    async ({ event, step }) => {
      const { key } = dataOf(event);
      const { ids } = await step.sendEvent("send", { name: "lab/sent", data: { key } });
      trace(key, `sent ${ids.length}`);
    },
  );
  const receiver = client.createFunction({ id: "receiver", triggers: [{ event: "lab/sent" }] }, ({ event }) =>
    trace(dataOf(event).key, "received"),
  );
  return [steps, long, large, parallel, race, sender, receiver];
}

function invokeFunctions(client: Inngest, trace: Trace): InngestFunction.Like[] {
  const child = client.createFunction({ id: "child", triggers: [] }, async ({ event, step }) => {
    const { key, n, fail, slow } = dataOf(event);
    trace(key, "child");
    if (slow) await step.sleep("nap", "2h");
    if (fail) throw new NonRetriableError("the child failed");
    return { doubled: Number(n) * 2 };
  });
  const parent = client.createFunction(
    { id: "parent", triggers: [{ event: "lab/parent" }] },
    async ({ event, step }) => {
      const data = dataOf(event);
      try {
        const timeout = typeof data.timeout === "string" ? data.timeout : "1d";
        trace(
          data.key,
          `got ${JSON.stringify(await step.invoke("ask", { function: child, data, timeout }))}`,
        );
      } catch (error) {
        trace(data.key, `caught ${error instanceof Error ? error.message : ""}`);
      }
    },
  );
  return [child, parent];
}

function waitFunctions(client: Inngest, trace: Trace): InngestFunction.Like[] {
  const nap = client.createFunction(
    { id: "nap", triggers: [{ event: "lab/nap" }] },
    async ({ event, step }) => {
      const { key, until } = dataOf(event);
      await step.run("before", () => trace(key, "before"));
      if (typeof until === "string") await step.sleepUntil("nap", new Date(until));
      else await step.sleep("nap", "1h");
      await step.run("after", () => trace(key, "after"));
    },
  );
  const waiter = client.createFunction(
    { id: "waiter", triggers: [{ event: "lab/wait" }] },
    async ({ event, step }) => {
      const { key } = dataOf(event);
      await step.run("before", () => trace(key, "before"));
      const signal = await step.waitForEvent("signal", {
        event: "lab/signal",
        timeout: "1h",
        if: "async.data.key == event.data.key && async.data.n > 1",
      });
      trace(key, `got ${signal ? String(dataOf(signal).n) : "nothing"}`);
    },
  );
  const cancellable = client.createFunction(
    {
      id: "cancellable",
      cancelOn: [{ event: "lab/cancel", if: "async.data.key == event.data.key" }],
      triggers: [{ event: "lab/cancellable" }],
    },
    async ({ event, step }) => {
      const { key } = dataOf(event);
      await step.run("before", () => trace(key, "before"));
      await step.sleep("nap", "1h");
      await step.run("after", () => trace(key, "after"));
    },
  );
  const yearly = client.createFunction(
    { id: "yearly", triggers: [{ cron: "TZ=Asia/Tokyo 0 9 1 1 *" }] },
    ({ event }) => trace("cron", `fired ${new Date(event.ts ?? 0).toISOString()}`),
  );
  const patient = client.createFunction(
    { id: "patient", singleton: { mode: "skip" }, triggers: [{ cron: "TZ=Asia/Tokyo 0-1 10 1 1 *" }] },
    async ({ event, step }) => {
      await step.run("begin", () => trace("patient", `fired ${new Date(event.ts ?? 0).toISOString()}`));
      await step.sleep("nap", "10m");
    },
  );
  return [nap, waiter, cancellable, yearly, patient];
}

function errorFunctions(client: Inngest, trace: Trace): InngestFunction.Like[] {
  const flaky = client.createFunction(
    { id: "flaky", retries: 2, triggers: [{ event: "lab/flaky" }] },
    async ({ event, step, attempt }) => {
      const { key, failures } = dataOf(event);
      await step.run("first", () => trace(key, "first"));
      try {
        await step.run("shaky", () => {
          trace(key, `try ${attempt}`);
          if (attempt < Number(failures)) throw new Error(`failure ${attempt}`);
        });
        trace(key, "succeeded");
      } catch (error) {
        trace(key, `caught ${error instanceof Error ? error.message : ""}`);
      }
    },
  );
  const fatal = client.createFunction(
    {
      id: "fatal",
      triggers: [{ event: "lab/fatal" }],
      onFailure: ({ error, event }) => {
        const original = event.data.event as { data: Data };
        trace(original.data.key, `onFailure ${error.message}`);
      },
    },
    ({ event }) => {
      trace(dataOf(event).key, "try");
      throw new NonRetriableError(says(event, "never again"));
    },
  );
  const later = client.createFunction(
    { id: "later", triggers: [{ event: "lab/later" }] },
    ({ event, attempt }) => {
      trace(dataOf(event).key, `try ${attempt}`);
      if (attempt === 0) throw new RetryAfterError(says(event, "busy"), "1h");
    },
  );
  return [flaky, fatal, later];
}

function flowFunctions(client: Inngest, trace: Trace): InngestFunction.Like[] {
  const running = new Map<string, number>();
  const limited = client.createFunction(
    {
      id: "limited",
      concurrency: { limit: 1, key: "event.data.lane" },
      triggers: [{ event: "lab/limited" }],
    },
    async ({ event, step }) => {
      const { key, lane, napping } = dataOf(event);
      const work = async () => {
        running.set(String(lane), (running.get(String(lane)) ?? 0) + 1);
        trace(key, `together ${running.get(String(lane))}`);
        await sleep(40);
        running.set(String(lane), (running.get(String(lane)) ?? 0) - 1);
      };
      await step.run("work", work);
      if (napping) await step.sleep("nap", "1h");
      trace(key, "ended");
    },
  );
  const single = (mode: "skip" | "cancel") =>
    client.createFunction(
      {
        id: `single-${mode}`,
        singleton: { key: "event.data.key", mode },
        triggers: [{ event: `lab/single-${mode}` }],
      },
      async ({ event, step }) => {
        const { key, n } = dataOf(event);
        await step.run("before", () => trace(key, `before ${String(n)}`));
        await step.sleep("nap", "1h");
        await step.run("after", () => trace(key, `after ${String(n)}`));
      },
    );
  const batched = client.createFunction(
    {
      id: "batched",
      batchEvents: { maxSize: 2, timeout: "30s", key: "event.data.key" },
      triggers: [{ event: "lab/batched" }],
    },
    async ({ event, events, step }) => {
      await step.run("note", () => trace(dataOf(event).key, `batch of ${events.length}`));
    },
  );
  return [limited, single("skip"), single("cancel"), batched];
}
