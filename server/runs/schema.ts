import { z } from "zod";

/*
 * What the embedded engine tells of its runs, and what is asked of it. An operator of the installation sees this; the
 * pages of a workspace speak of campaigns and imports instead.
 */

export const runStatuses = ["running", "failed", "completed", "cancelled"] as const;
export const runPhases = ["working", "queued", "retrying", "sleeping", "waiting"] as const;

const moment = z.coerce.date();

const runRow = z.object({
  id: z.string(),
  functionId: z.string(),
  name: z.string(),
  queue: z.string(),
  tenantId: z.string().nullable(),
  event: z.string().nullable(),
  status: z.enum(runStatuses),
  /** What a run that is under way does at this moment. */
  phase: z.enum(runPhases).nullable(),
  steps: z.number(),
  createdAt: moment,
  endedAt: moment.nullable(),
  nextAt: moment.nullable(),
  attempt: z.number().nullable(),
  maxAttempts: z.number().nullable(),
  error: z.string().nullable(),
  /** The run that was started in its place. */
  rerunId: z.string().nullable(),
});
export type RunRow = z.infer<typeof runRow>;
/** `tooMany`: there were more to look through than there was time for, and nothing is shown. */
export const runPage = z.object({
  rows: z.array(runRow),
  next: z.string().nullable(),
  tooMany: z.boolean().default(false),
});

export const runDetail = runRow
  .pick({ id: true, functionId: true, name: true, queue: true, tenantId: true, status: true, rerunId: true })
  .extend({
    createdAt: moment,
    endedAt: moment.nullable(),
    stepCount: z.number(),
    stateBytes: z.number(),
    parentRunId: z.string().nullable(),
    rerunOf: z.string().nullable(),
    /** JSON texts, cut after 20,000 characters. */
    events: z.string(),
    output: z.string().nullable(),
    steps: z.array(
      z.object({
        seq: z.number(),
        name: z.string(),
        op: z.string(),
        /** What it asked for, as JSON; null where it asked for nothing. */
        input: z.string().nullable(),
        result: z.string(),
        failed: z.boolean(),
        attempts: z.number(),
        endedAt: moment,
      }),
    ),
    moreSteps: z.boolean(),
    jobs: z.array(
      z.object({
        kind: z.string(),
        step: z.string().nullable(),
        input: z.string().nullable(),
        dueAt: moment,
        attempt: z.number(),
        maxAttempts: z.number(),
        lost: z.number(),
        error: z.string().nullable(),
        working: z.boolean(),
        createdAt: moment,
      }),
    ),
    waits: z.array(
      z.object({
        kind: z.string(),
        name: z.string(),
        step: z.string(),
        expression: z.string().nullable(),
        expiresAt: moment.nullable(),
      }),
    ),
  });
export type RunDetail = z.infer<typeof runDetail>;

export const engineOverview = z.object({
  problems: z.array(z.string()),
  workers: z.array(
    z.object({
      url: z.string(),
      app: z.string().nullable(),
      live: z.boolean(),
      problem: z.string().optional(),
    }),
  ),
  queues: z.array(
    z.object({
      queue: z.string(),
      due: z.number(),
      waiting: z.number(),
      running: z.number(),
      oldestDueMs: z.number().nullable(),
    }),
  ),
  functions: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      queue: z.string(),
      removed: z.boolean(),
      triggers: z.array(z.string().nullable()),
      nextAt: moment.nullable(),
      live: z.number(),
      working: z.number(),
      failed: z.number(),
    }),
  ),
});
export type EngineOverview = z.infer<typeof engineOverview>;

const runId = z.string().regex(/^[0-9A-Za-z]{10,40}$/, "This is no id of a run.");

const minute = z.iso.datetime({ local: true, precision: -1 }).optional().catch(undefined);

/** Parses a URL leniently: what it does not understand is the first page of everything. */
export const runListInput = z.object({
  functionId: z.string().max(200).optional().catch(undefined),
  status: z.enum(runStatuses).optional().catch(undefined),
  id: z
    .string()
    .trim()
    .regex(/^[0-9A-Za-z-]{10,40}$/)
    .optional()
    .catch(undefined),
  phase: z.enum(runPhases).optional().catch(undefined),
  /** Words of an error. */
  error: z.string().trim().min(1).max(200).optional().catch(undefined),
  /** When it began, in UTC, by the minute as the browser's own field gives it. */
  from: minute,
  to: minute,
  after: runId.optional().catch(undefined),
});
export type RunListInput = z.infer<typeof runListInput>;
export const runRef = z.object({ id: runId });
export const runInput = runRef.extend({ afterStep: z.number().int().min(0).default(0) });
export const replayInput = z.object({ functionId: z.string().max(200).nullable() });
export const started = z.object({ runId: z.string() });
export const replayed = z.object({ replayed: z.number(), refused: z.number(), more: z.boolean() });
