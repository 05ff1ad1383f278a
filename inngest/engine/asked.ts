import { parseDuration } from "./duration.ts";
import type { Op } from "./protocol.ts";

/** What a step asks for, for people: its name, and its input as JSON text, null where there is none. */
export type Asked = { name: string; input: string | null };

/** JSON is cut after so many characters: a page shows what something was, not four megabytes of it. */
export const inputMax = 20_000;

export function nameOf(op: Op): string {
  return op.displayName ?? op.name ?? op.id;
}

export function askedOf(op: Op): Asked {
  const input = inputOf(op);
  return { name: nameOf(op), input: input === undefined ? null : JSON.stringify(input).slice(0, inputMax) };
}

/** `step.sendEvent` is a step that the SDK does itself: what it sent is found by the ids in its result. */
export const kindOf = (op: Op): string => (op.opts?.type === "step.sendEvent" ? "SendEvent" : op.op);

function inputOf({ op, name = "", opts }: Op): unknown {
  const { payload, function_id: fn, if: condition, timeout, input } = opts ?? {};
  switch (op) {
    case "Sleep":
      return parseDuration(name) === null ? { until: name } : { for: name };
    case "WaitForEvent":
      return { event: name, if: condition, timeout };
    case "InvokeFunction":
      return { function: fn, ...(payload as object | undefined), timeout };
    default:
      return input;
  }
}
