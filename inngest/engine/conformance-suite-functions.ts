import { setTimeout as sleep } from "node:timers/promises";
import { NonRetriableError, RetryAfterError, type Inngest, type InngestFunction } from "inngest";
import { cronFunction, endFunctions } from "./conformance-suite-ends.ts";
import { flowFunctions } from "./conformance-suite-flow.ts";

type Trace = (key: string, line: string) => void;
type Data = { key: string } & Record<string, unknown>;
const dataOf = (event: { data?: unknown }) => event.data as Data;
const on = (event: string, condition?: string) => [
  { event: `suite/${event}`, ...(condition && { if: condition }) },
];

/**
 * One small function per feature that any Inngest server has; each notes what it does under the key of its event. `long`
 * with those of the cases that are for request only.
 */
export function suiteFunctions(client: Inngest, trace: Trace, long = false): InngestFunction.Like[] {
  return [
    ...stepFunctions(client, trace),
    ...waitFunctions(client, trace),
    ...errorFunctions(client, trace),
    ...startFunctions(client, trace),
    ...orderFunctions(client, trace),
    ...flowFunctions(client, trace),
    ...endFunctions(client, trace),
    ...(long ? [cronFunction(client, trace)] : []),
  ];
}

function stepFunctions(client: Inngest, trace: Trace): InngestFunction.Like[] {
  const steps = (id: string, checkpointing: boolean) =>
    client.createFunction({ id, retries: 0, checkpointing, triggers: on(id) }, async ({ event, step }) => {
      const { key, size = 3 } = dataOf(event);
      const noted = <T>(line: string, value: T) => step.run(line, () => (trace(key, line), value));
      const a = await noted("a", { text: "ü".repeat(Number(size)), list: [1, null] });
      const b = await noted("b", a.list.length);
      await noted("b", b);
      trace(key, `ended ${a.text.length} ${JSON.stringify(a.list)} ${b}`);
    });
  const parallel = client.createFunction(
    { id: "parallel", triggers: on("parallel") },
    async ({ event, step }) => {
      const { key } = dataOf(event);
      const branch = (name: string) => step.run(name, () => (trace(key, name), name));
      const all = await Promise.all([branch("p1"), branch("p2"), step.sleep("nap", "1s"), branch("p3")]);
      await branch("after");
      trace(key, `ended ${JSON.stringify(all)}`);
    },
  );
  const race = client.createFunction({ id: "race", triggers: on("race") }, async ({ event, step, group }) => {
    const { key } = dataOf(event);
    const quick = () => step.run("quick", () => (trace(key, "quick"), "quick"));
    const slow = async () => step.sleep("slow", "30d").then(() => "slow");
    const won = await group.parallel({ mode: "race" }, () => Promise.race([slow(), quick()]));
    await step.run("after", () => trace(key, "after"));
    trace(key, `ended ${won}`);
  });
  const sender = client.createFunction({ id: "sender", triggers: on("send") }, async ({ event, step }) => {
    const { key } = dataOf(event);
    await step.sendEvent(
      "send",
      [1, 2].map((n) => ({ name: "suite/sent", data: { key, n } })),
    );
    trace(key, "sent");
  });
  const receiver = client.createFunction(
    { id: "receiver", triggers: on("sent", "event.data.n > 1") },
    ({ event }) => trace(dataOf(event).key, `received ${String(dataOf(event).n)}`),
  );
  const child = client.createFunction({ id: "child", triggers: [] }, ({ event }) => {
    if (dataOf(event).fail) throw new NonRetriableError("the child failed");
    return { doubled: Number(dataOf(event).n) * 2 };
  });
  const parent = client.createFunction({ id: "parent", triggers: on("parent") }, async ({ event, step }) => {
    const data = dataOf(event);
    try {
      trace(data.key, `got ${JSON.stringify(await step.invoke("ask", { function: child, data }))}`);
    } catch (error) {
      trace(data.key, `caught ${error instanceof Error ? error.message : ""}`);
    }
  });
  return [steps("steps", true), steps("calls", false), parallel, race, sender, receiver, child, parent];
}

function waitFunctions(client: Inngest, trace: Trace): InngestFunction.Like[] {
  const nap = client.createFunction({ id: "nap", triggers: on("nap") }, async ({ event, step }) => {
    const { key } = dataOf(event);
    const started = await step.run("before", () => (trace(key, "before"), Date.now()));
    await step.sleep("nap", "1s");
    trace(key, Date.now() - started >= 900 ? "slept" : "did not sleep");
  });
  const waiter = client.createFunction({ id: "waiter", triggers: on("wait") }, async ({ event, step }) => {
    const { key, timeout } = dataOf(event);
    await step.run("before", () => trace(key, "before"));
    const signal = await step.waitForEvent("signal", {
      event: "suite/signal",
      timeout: String(timeout),
      if: "async.data.key == event.data.key && async.data.n > event.data.least",
    });
    trace(key, `got ${signal ? String(dataOf(signal).n) : "nothing"}`);
  });
  const cancellable = client.createFunction(
    {
      id: "cancellable",
      cancelOn: [
        { event: "suite/cancel", if: "async.data.key == event.data.key && async.data.n == event.data.n" },
      ],
      triggers: on("cancellable"),
    },
    async ({ event, step }) => {
      const { key, n } = dataOf(event);
      await step.run("before", () => trace(key, `before ${String(n)}`));
      await step.sleep("nap", "3s");
      await step.run("after", () => trace(key, `after ${String(n)}`));
    },
  );
  const brief = client.createFunction(
    { id: "brief", timeouts: { finish: "3s" }, triggers: on("brief") },
    async ({ event, step }) => {
      const { key, seconds } = dataOf(event);
      await step.run("before", () => trace(key, `before ${String(seconds)}`));
      if (Number(seconds) > 0) await step.sleep("nap", `${String(seconds)}s`);
      await step.run("after", () => trace(key, `after ${String(seconds)}`));
    },
  );
  return [nap, waiter, cancellable, brief];
}

function errorFunctions(client: Inngest, trace: Trace): InngestFunction.Like[] {
  const flaky = client.createFunction(
    { id: "flaky", retries: 2, triggers: on("flaky") },
    async ({ event, step, attempt }) => {
      const { key, failures } = dataOf(event);
      await step.run("first", () => trace(key, "first"));
      try {
        await step.run("shaky", () => {
          trace(key, `try ${attempt}`);
          if (attempt < Number(failures)) throw new RetryAfterError(`failure ${attempt}`, "1s");
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
      triggers: on("fatal"),
      onFailure: ({ error, event }) => {
        const original = event.data.event as { data: Data };
        trace(original.data.key, `onFailure ${error.message}`);
      },
    },
    ({ event }) => {
      trace(dataOf(event).key, "try");
      throw new NonRetriableError("never again");
    },
  );
  return [flaky, fatal];
}

/** What decides whether, when and with which events a run starts. */
function startFunctions(client: Inngest, trace: Trace): InngestFunction.Like[] {
  const ran = ({ event }: { event: { data?: unknown } }) =>
    trace(dataOf(event).key, `ran ${String(dataOf(event).n)}`);
  const key = "event.data.key";
  const single = (mode: "skip" | "cancel") =>
    client.createFunction(
      { id: `single-${mode}`, singleton: { key, mode }, triggers: on(`single-${mode}`) },
      async ({ event, step }) => {
        const { key: mine, n } = dataOf(event);
        await step.run("before", () => trace(mine, `before ${String(n)}`));
        await step.sleep("nap", "3s");
        await step.run("after", () => trace(mine, `after ${String(n)}`));
      },
    );
  return [
    single("skip"),
    single("cancel"),
    client.createFunction({ id: "once", idempotency: key, triggers: on("once") }, ran),
    client.createFunction({ id: "plain", triggers: on("plain") }, ran),
    client.createFunction(
      { id: "limited", rateLimit: { limit: 1, period: "1m", key }, triggers: on("limited") },
      ran,
    ),
    client.createFunction(
      { id: "throttled", throttle: { limit: 1, period: "1s", key }, triggers: on("throttled") },
      ran,
    ),
    client.createFunction({ id: "settled", debounce: { period: "2s", key }, triggers: on("settled") }, ran),
    client.createFunction(
      { id: "batched", batchEvents: { maxSize: 3, timeout: "2s", key }, triggers: on("batched") },
      ({ events }) => {
        const numbers = events.map((event) => String(dataOf(event).n)).sort();
        trace(dataOf(events[0]).key, `batch ${numbers.join()}`);
      },
    ),
  ];
}

/** What decides which run goes before which. */
function orderFunctions(client: Inngest, trace: Trace): InngestFunction.Like[] {
  const running = new Map<string, number>();
  const lanes = client.createFunction(
    { id: "lanes", concurrency: { limit: 1, key: "event.data.lane" }, triggers: on("lanes") },
    async ({ event, step }) => {
      const { key, lane, sleeps } = dataOf(event);
      await step.run("work", async () => {
        const together = (running.get(String(lane)) ?? 0) + 1;
        running.set(String(lane), together);
        trace(key, `together ${together}`);
        await sleep(50);
        running.set(String(lane), together - 1);
      });
      if (sleeps) await step.sleep("nap", "1s");
      trace(key, "ended");
    },
  );
  const ordered = client.createFunction(
    {
      id: "ordered",
      concurrency: { limit: 1, key: "event.data.key" },
      priority: { run: "event.data.lead" },
      triggers: on("ordered"),
    },
    async ({ event }) => {
      const { key, n, pauseMs = 0 } = dataOf(event);
      trace(key, `ran ${String(n)}`);
      await sleep(Number(pauseMs));
    },
  );
  const impatient = client.createFunction(
    {
      id: "impatient",
      concurrency: { limit: 1, key: "event.data.key" },
      timeouts: { start: "2s" },
      triggers: on("impatient"),
    },
    async ({ event }) => {
      const { key, n, pauseMs = 0 } = dataOf(event);
      trace(key, `ran ${String(n)}`);
      await sleep(Number(pauseMs));
      trace(key, `ended ${String(n)}`);
    },
  );
  return [lanes, ordered, impatient];
}
