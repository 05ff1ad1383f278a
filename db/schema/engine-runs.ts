import {
  bigint,
  boolean,
  check,
  index,
  integer,
  json,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { sql } from "drizzle-orm";
import { queue } from "./engine-schema.ts";

/** One execution of one function. `events` is what the function receives, whole, so that a call needs one row. */
export const runs = queue.table(
  "runs",
  {
    id: text().primaryKey(),
    functionId: text().notNull(),
    queueName: text().notNull(),
    tenantId: uuid(),
    priority: integer().notNull().default(0),
    maxAttempts: integer().notNull(),
    /** How many seconds earlier than it came the run counts as having come; negative is later. */
    leadSeconds: integer().notNull().default(0),
    /** json, not jsonb: payloads come back exactly as they were sent. */
    events: json().notNull(),
    status: text().notNull().default("running"),
    /** What the function returned, or its error. */
    output: json(),
    /** A branch asked for `group.parallel` in race mode: discover after every finished branch. */
    race: boolean().notNull().default(false),
    stepCount: integer().notNull().default(0),
    stateBytes: bigint({ mode: "number" }).notNull().default(0),
    concurrencyKey1: text("concurrency_key_1"),
    concurrencyKey2: text("concurrency_key_2"),
    singletonKey: text(),
    /** Set while the run has not begun and still takes events in: a batch that fills up, a debounce that goes on. */
    gatherKey: text(),
    /** What has to be done before the first call: events are no longer taken in, deadlines start. */
    unopened: boolean().notNull().default(false),
    /** The run and step that invoked this one and wait for its result. */
    parentRunId: text(),
    parentStepId: text(),
    /** The run that an operator has started in this one's place. A failed run without one is a dead letter. */
    rerunId: text(),
    createdAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`app_now()`),
    /** The first call, or as far as is known the first step. */
    startedAt: timestamp({ withTimezone: true }),
    endedAt: timestamp({ withTimezone: true }),
  },
  (t) => [
    check("runs_status_check", sql`${t.status} in ('running', 'completed', 'failed', 'cancelled')`),
    uniqueIndex("runs_singleton_key")
      .on(t.functionId, t.singletonKey)
      .where(sql`status = 'running' and singleton_key is not null`),
    uniqueIndex("runs_gather_key")
      .on(t.functionId, t.gatherKey)
      .where(sql`gather_key is not null`),
    index("idx_runs_function").on(t.functionId, t.id),
    index("idx_runs_failed")
      .on(t.id)
      .where(sql`status = 'failed'`),
    index("idx_runs_rerun")
      .on(t.rerunId)
      .where(sql`rerun_id is not null`),
    index("idx_runs_ended")
      .on(t.endedAt)
      .where(sql`ended_at is not null`),
  ],
);

/** Finished steps: what the SDK reads back instead of running them again. Inserted once, never changed. */
export const steps = queue.table(
  "steps",
  {
    runId: text().notNull(),
    stepId: text().notNull(),
    /** Order of completion within the run. */
    seq: integer().notNull(),
    name: text().notNull(),
    op: text().notNull(),
    /** What the step asked for, for people: JSON text, cut when it is long. */
    input: text(),
    /** {"data": …} or {"error": {name, message, stack}}. */
    result: json().notNull(),
    attempts: integer().notNull().default(1),
    createdAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [primaryKey({ columns: [t.runId, t.stepId] })],
);

/** Events that a run listens for: to go on (`wait`), to be cancelled (`cancel`), or a child's end (`invoke`). */
export const waits = queue.table(
  "waits",
  {
    runId: text().notNull(),
    stepId: text().notNull(),
    kind: text().notNull(),
    name: text().notNull(),
    stepName: text().notNull().default(""),
    /** CEL over `event` (the run's) and `async` (the one that arrives); null takes any. */
    expression: text(),
    /** `event.x == async.y` taken out of the expression, so that an event finds its waits by index; empty without one. */
    matchPath: text().notNull().default(""),
    matchValue: text().notNull().default(""),
    expiresAt: timestamp({ withTimezone: true }),
    createdAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [
    primaryKey({ columns: [t.runId, t.stepId] }),
    check("waits_kind_check", sql`${t.kind} in ('wait', 'cancel', 'invoke')`),
    index("idx_waits_match").on(t.name, t.matchPath, t.matchValue),
  ],
);
