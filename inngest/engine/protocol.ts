import { z } from "zod";
import { limits } from "./limits.ts";

/** An event as functions receive it. `ts` is Unix milliseconds. */
export type InngestEvent = {
  id: string;
  name: string;
  data: Record<string, unknown>;
  ts: number;
  user: Record<string, unknown>;
  v?: string;
};

export type StepError = { name: string; message: string; stack?: string } & Record<string, unknown>;

/** What a finished step left behind, and what the SDK reads back. Always wrapped: bare data may be misread. */
export type StepResult = { data: unknown } | { error: StepError };

/** One operation that a function reports in a 206 reply. */
export const opSchema = z.object({
  id: z.string(),
  op: z.string(),
  name: z.string().optional(),
  displayName: z.string().nullish(),
  opts: z.record(z.string(), z.unknown()).nullish(),
  data: z.unknown().optional(),
  error: z.unknown().optional(),
});
export type Op = z.infer<typeof opSchema>;

const concurrencySchema = z.strictObject({
  limit: z.number().int().min(0),
  key: z.string().optional(),
  scope: z.enum(["fn", "env", "account"]).optional(),
});
export type Concurrency = z.infer<typeof concurrencySchema>;

const triggerSchema = z.union([
  z.strictObject({ event: z.string().min(1), expression: z.string().optional() }),
  z.strictObject({ cron: z.string().min(1), jitter: z.string().optional() }),
]);

const stepSchema = z.object({
  runtime: z.object({ type: z.string(), url: z.string() }),
  retries: z.object({ attempts: z.number().int().min(0).optional() }).optional(),
});

/** One function as an app registers it. An option that is not known is let through here and refused later. */
export const functionConfigSchema = z.looseObject({
  id: z.string().min(1),
  name: z.string().optional(),
  triggers: z.array(triggerSchema),
  steps: z.object({ step: stepSchema }),
  idempotency: z.string().optional(),
  singleton: z.strictObject({ key: z.string().optional(), mode: z.enum(["skip", "cancel"]) }).optional(),
  cancel: z
    .array(z.strictObject({ event: z.string(), if: z.string().optional(), timeout: z.string().optional() }))
    .optional(),
  concurrency: z.union([z.number().int(), concurrencySchema, z.array(concurrencySchema).min(1)]).optional(),
  throttle: z
    .strictObject({
      limit: z.number().int().min(1),
      period: z.string(),
      burst: z.number().int().min(0).optional(),
      key: z.string().optional(),
    })
    .optional(),
  rateLimit: z
    .strictObject({ limit: z.number().int().min(1), period: z.string(), key: z.string().optional() })
    .optional(),
  debounce: z
    .strictObject({ period: z.string(), timeout: z.string().optional(), key: z.string().optional() })
    .optional(),
  batchEvents: z
    .strictObject({
      maxSize: z.number().int().min(1).max(limits.batchEvents),
      timeout: z.string(),
      key: z.string().optional(),
      if: z.string().optional(),
    })
    .optional(),
  priority: z.strictObject({ run: z.string().optional() }).optional(),
  timeouts: z.strictObject({ start: z.string().optional(), finish: z.string().optional() }).optional(),
});
export type FunctionConfig = z.infer<typeof functionConfigSchema>;

export const registerRequestSchema = z.object({
  url: z.url(),
  appName: z.string().min(1),
  sdk: z.string().default(""),
  functions: z.array(z.unknown()),
});

/** The reply to an in-band sync; the SDK sends more than is read here. */
export const inBandReplySchema = z.object({
  app_id: z.string().min(1),
  url: z.url(),
  sdk: z.string().default(""),
  functions: z.array(z.unknown()),
});

/** One to two limits, whichever way they were written. */
export function concurrencyOf(config: FunctionConfig): Concurrency[] {
  const { concurrency } = config;
  if (concurrency === undefined || concurrency === 0) return [];
  if (typeof concurrency === "number") return [{ limit: concurrency }];
  return Array.isArray(concurrency) ? concurrency : [concurrency];
}

/** An error in the form in which the SDK sends and reads them. */
export function stepError(error: unknown): StepError {
  if (typeof error === "object" && error !== null) {
    const { name, message, error: text } = error as Record<string, unknown>;
    return {
      ...error,
      name: typeof name === "string" ? name : "Error",
      message: typeof message === "string" ? message : typeof text === "string" ? text : "Unknown error",
    };
  }
  return { name: "Error", message: typeof error === "string" ? error : "Unknown error" };
}
