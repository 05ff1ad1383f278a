import { expressionProblem } from "./cel.ts";
import { nextFire, parseCron } from "./cron.ts";
import { parseDuration } from "./duration.ts";
import { limits } from "./limits.ts";
import { concurrencyOf, functionConfigSchema, type FunctionConfig } from "./protocol.ts";

const known = new Set([
  "id",
  "name",
  "triggers",
  "steps",
  "idempotency",
  "singleton",
  "cancel",
  "concurrency",
  "throttle",
  "rateLimit",
  "debounce",
  "batchEvents",
  "priority",
  "timeouts",
]);
/** What the real server does not combine with a batch either, because it asks one event. */
const notWithBatch = ["debounce", "rateLimit", "idempotency", "singleton", "cancel", "priority"] as const;

/** A registration that cannot be taken, with a sentence for whoever wrote the function. */
export class RegistrationRefused extends Error {
  override name = "RegistrationRefused";
}

/**
 * Reads one function's configuration.
 * @throws RegistrationRefused naming the function, the option and the reason.
 */
export function checkFunction(input: unknown): FunctionConfig {
  const parsed = functionConfigSchema.safeParse(input);
  const id = nameOf(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw refusal(id, issue?.path.join(".") || "configuration", issue?.message ?? "cannot be read");
  }
  const config = parsed.data;
  for (const option of Object.keys(config)) {
    if (known.has(option) || (config as Record<string, unknown>)[option] === undefined) continue;
    throw refusal(
      id,
      option,
      "is not supported by the embedded server. Remove it, or use a real Inngest server",
    );
  }
  checkCounts(config);
  checkTriggers(config);
  checkExpressions(config);
  checkPeriods(config);
  return config;
}

function checkCounts(config: FunctionConfig): void {
  const { id, triggers, cancel = [] } = config;
  const most = (option: string, count: number, limit: number) => {
    if (count > limit) throw refusal(id, option, `has ${count} entries; a function may have ${limit}`);
  };
  most("triggers", triggers.length, limits.triggersPerFunction);
  most("cancelOn", cancel.length, limits.cancelOnPerFunction);
  most("concurrency", concurrencyOf(config).length, limits.concurrencyKeysPerFunction);
  if (config.steps.step.runtime.type !== "http") {
    throw refusal(id, "connect", "is not supported by the embedded server. Serve the functions over HTTP");
  }
}

function checkTriggers({ id, triggers }: FunctionConfig): void {
  for (const trigger of triggers) {
    if ("event" in trigger) continue;
    if (trigger.jitter) throw refusal(id, "jitter", "is not supported by the embedded server");
    try {
      nextFire(parseCron(trigger.cron), new Date());
    } catch (error) {
      throw refusal(id, "cron", error instanceof Error ? error.message : String(error));
    }
  }
}

function checkExpressions(config: FunctionConfig): void {
  const check = (option: string, expression: string | undefined, names: ("event" | "async")[]) => {
    const problem = expression === undefined ? null : expressionProblem(expression, names);
    if (problem) throw refusal(config.id, option, `"${expression}" is not a valid expression: ${problem}`);
  };
  for (const trigger of config.triggers) {
    if ("event" in trigger) check("triggers.if", trigger.expression, ["event"]);
  }
  for (const cancel of config.cancel ?? []) {
    check("cancelOn.if", cancel.if, ["event", "async"]);
    if (cancel.timeout && parseDuration(cancel.timeout) === null) {
      throw refusal(config.id, "cancelOn.timeout", `"${cancel.timeout}" is not a duration such as "1h30m"`);
    }
  }
  for (const limit of concurrencyOf(config)) {
    if (limit.limit === 0)
      throw refusal(
        config.id,
        "concurrency.limit",
        "is 0: nothing would ever run. Leave it out for no limit",
      );
    check("concurrency.key", limit.key, ["event"]);
    if (limit.scope && limit.scope !== "fn" && !limit.key) {
      throw refusal(config.id, "concurrency.scope", `"${limit.scope}" needs a key`);
    }
  }
  check("throttle.key", config.throttle?.key, ["event"]);
  check("rateLimit.key", config.rateLimit?.key, ["event"]);
  check("debounce.key", config.debounce?.key, ["event"]);
  check("batchEvents.key", config.batchEvents?.key, ["event"]);
  check("batchEvents.if", config.batchEvents?.if, ["event"]);
  check("priority.run", config.priority?.run, ["event"]);
  check("singleton.key", config.singleton?.key, ["event"]);
  check("idempotency", config.idempotency, ["event"]);
}

/** Durations must be what they say, and within what the real server takes. */
function checkPeriods({
  id,
  throttle,
  rateLimit,
  debounce,
  batchEvents,
  timeouts,
  ...rest
}: FunctionConfig): void {
  const check = (option: string, text: string | undefined, { least, most } = limits.periodMs) => {
    if (text === undefined) return;
    const ms = parseDuration(text);
    if (ms !== null && ms >= least && ms <= most) return;
    const range = `between ${least / 1000} and ${most / 1000} seconds`;
    throw refusal(id, option, `"${text}" is not a duration such as "1h30m" ${range}`);
  };
  check("throttle.period", throttle?.period);
  check("rateLimit.period", rateLimit?.period);
  check("debounce.period", debounce?.period);
  check("debounce.timeout", debounce?.timeout);
  check("batchEvents.timeout", batchEvents?.timeout, limits.batchMs);
  check("timeouts.start", timeouts?.start, { least: 1000, most: limits.pauseMs });
  check("timeouts.finish", timeouts?.finish, { least: 1000, most: limits.pauseMs });
  if (!batchEvents) return;
  const clash = notWithBatch.find((option) => ({ debounce, rateLimit, ...rest })[option] !== undefined);
  if (clash)
    throw refusal(id, "batchEvents", `cannot be combined with ${clash === "cancel" ? "cancelOn" : clash}`);
}

function nameOf(input: unknown): string {
  const id = typeof input === "object" && input !== null && "id" in input ? input.id : undefined;
  return typeof id === "string" ? id : "(no id)";
}

function refusal(id: string, option: string, problem: string): RegistrationRefused {
  return new RegistrationRefused(`Function "${id}": ${option} ${problem}.`);
}
