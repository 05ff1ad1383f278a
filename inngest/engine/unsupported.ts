import type { Op } from "./protocol.ts";
import { nameOf } from "./asked.ts";

/*
 * What a function may call, and this server does not do. Registration does not show it: a run meets it, and says so.
 */

const calls: Record<string, string> = {
  WaitForSignal: "step.waitForSignal",
  AIGateway: "step.ai.infer",
  Gateway: "step.fetch",
  DeferAdd: "defer",
  DeferAbort: "defer",
};

const instead = "does not support. Use a real Inngest server";

/** The sentence of a run that fails because of a step. */
export const unsupportedStep = (op: Op): string =>
  `Step "${nameOf(op)}" calls ${calls[op.op] ?? op.op}, which the embedded server ${instead}.`;

const addresses: [address: RegExp, call: string][] = [
  [/^\/v1\/signals$/, "step.sendSignal"],
  [/^\/v1\/realtime\//, "realtime"],
  [/^\/v1\/runs\/[^/]+\/metadata$/, "step.metadata"],
];

/**
 * The sentence for an address that the SDK asks on behalf of a call; undefined for any other. The SDK takes a 404 from
 * some of them for "nobody was there", and goes on as if all were well.
 */
export function unsupportedAddress(path: string): string | undefined {
  const call = addresses.find(([address]) => address.test(path))?.[1];
  return call && `${call} is a call that the embedded server ${instead}.`;
}
