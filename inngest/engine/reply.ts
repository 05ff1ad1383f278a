import { z } from "zod";
import { parseRetryAfter, type Due } from "./duration.ts";
import { opSchema, stepError, type Op, type StepError } from "./protocol.ts";
import { replyIsSigned } from "./signature.ts";

export type Reply = { status: number; headers: Record<string, string | undefined>; text: string };

/** What a call came to. */
export type Outcome =
  | { kind: "finished"; output: unknown }
  /** `everyBranch`: the function wants to be called again after each parallel step, not after all of them. */
  | { kind: "ops"; ops: Op[]; retry: Retry; everyBranch: boolean }
  | { kind: "failed"; error: StepError; retry: Retry }
  /** No answer of the SDK. `delivered`: the call may have done its work. `broken`: the worker may be dead. */
  | { kind: "unanswered"; delivered: boolean; broken: boolean; reason: string };

/** Whether an error may be tried again, and when the function asked for it. */
export type Retry = { allowed: boolean; due: Due | null };

const streamedSchema = z.object({
  status: z.number(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string(),
});

/** Reads a worker's reply. Only what the SDK itself has sent and signed counts as an answer. */
export function readReply(reply: Reply, signingKeys: readonly string[], nowMs: number): Outcome {
  const { status, headers, text } = unwrapStream(reply);
  if (status === 401) {
    return unanswered("the worker refused the signature: both must have the same INNGEST_SIGNING_KEY", false);
  }
  if (!headers["x-inngest-sdk"] && !reply.headers["x-inngest-sdk"]) {
    return unanswered(
      `the reply (status ${status}) does not come from the Inngest SDK: is the address right?`,
    );
  }
  if (!replyIsSigned(headers["x-inngest-signature"], text, signingKeys, nowMs)) {
    return unanswered("the reply is not signed with our key: does the worker run with INNGEST_DEV?");
  }
  const body = parseJson(text);
  if (!body.ok) return unanswered(`the reply (status ${status}) is not JSON`);
  const retry: Retry = {
    allowed: headers["x-inngest-no-retry"] !== "true",
    due: parseRetryAfter(headers["retry-after"]),
  };
  if (status === 206) return readOps(body.value, retry, headers["x-inngest-req-version"] === "1");
  if (status === 200) return { kind: "finished", output: body.value };
  return { kind: "failed", error: stepError(body.value), retry };
}

function readOps(body: unknown, retry: Retry, firstVersion: boolean): Outcome {
  const parsed = z.array(opSchema).safeParse(Array.isArray(body) ? body : [body]);
  if (parsed.success) {
    const everyBranch = firstVersion || parsed.data.some((op) => op.opts?.parallelMode === "race");
    return { kind: "ops", ops: parsed.data, retry, everyBranch };
  }
  return unanswered(`the list of steps cannot be read: ${parsed.error.issues[0]?.message ?? ""}`);
}

/** A streamed reply (INNGEST_STREAMING) is white space that keeps the connection alive, then the real one. */
function unwrapStream(reply: Reply): Reply {
  if (reply.status !== 201) return reply;
  const inner = streamedSchema.safeParse(orNull(parseJson(reply.text.trim())));
  if (!inner.success) return reply;
  const headers = Object.entries(inner.data.headers).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  return { status: inner.data.status, headers: Object.fromEntries(headers), text: inner.data.body };
}

function unanswered(reason: string, delivered = true): Outcome {
  return { kind: "unanswered", delivered, broken: !delivered, reason };
}

function orNull(parsed: ReturnType<typeof parseJson>): unknown {
  return parsed.ok ? parsed.value : null;
}

function parseJson(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: text === "" ? null : (JSON.parse(text) as unknown) };
  } catch {
    return { ok: false };
  }
}
