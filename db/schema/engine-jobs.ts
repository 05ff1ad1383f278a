import {
  bigint,
  boolean,
  check,
  index,
  integer,
  primaryKey,
  text,
  timestamp,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { sql } from "drizzle-orm";
import { queue } from "./engine-schema.ts";

/**
 * The one queue of the embedded Inngest server: everything that waits for a call, or for a moment.
 *
 * LIST-partitioned by `queue_name` (the generated SQL is edited to say so): jobs_email, jobs_analytics,
 * jobs_warmup, jobs_bounce, jobs_webhook, and jobs_default for every other name. A run never changes its
 * queue, so the unique key holds per run although it must name the partition column.
 */
export const jobs = queue.table(
  "jobs",
  {
    id: uuid()
      .notNull()
      .default(sql`uuidv7()`),
    queueName: text().notNull(),
    tenantId: uuid(),
    /** A higher number is sooner. */
    priority: integer().notNull().default(0),
    runId: text().notNull(),
    functionId: text().notNull(),
    /**
     * discover: call from the top. step: call for one planned step. sleep, timeout: no call, a moment that the run
     * waits for. deadline: a moment at which the run is over, whatever it does.
     */
    kind: text().notNull(),
    /** The SDK's hash of the step id; empty for a discovery. */
    stepId: text().notNull().default(""),
    /** The step's name and what it asks for, for people: JSON text, cut when it is long. Null for a discovery. */
    stepName: text(),
    input: text(),
    dueAt: timestamp({ withTimezone: true }).notNull(),
    /** Lets jobs that fell due this much later go first: a run of low priority. It holds nothing up when idle. */
    lagSeconds: integer().notNull().default(0),
    attempt: integer().notNull().default(0),
    maxAttempts: integer().notNull().default(1),
    /** Calls that ended without an answer. They are repeated without costing the function an attempt. */
    lost: integer().notNull().default(0),
    /** Set when a discovery is wanted while one is being answered: it is repeated afterwards. */
    again: boolean().notNull().default(false),
    /** Why the last try did not succeed, for people. */
    lastError: text(),
    concurrencyKey1: text("concurrency_key_1"),
    concurrencyKey2: text("concurrency_key_2"),
    /** Jobs of one tenant and function under the same limits: under a backlog the queue is looked through lane by lane. */
    lane: bigint({ mode: "bigint" })
      .notNull()
      .generatedAlwaysAs(
        sql`hashtextextended(coalesce(tenant_id::text, '') || '/' || function_id || '/' || coalesce(concurrency_key_1, '') || '/' || coalesce(concurrency_key_2, ''), 0)`,
      ),
    /** Grows with every claim. A reply to an older claim is dropped. */
    fence: integer().notNull().default(0),
    leaseOwner: text(),
    /** Real time, not the product's clock: a lease measures whether a process lives. */
    leaseUntil: timestamp({ withTimezone: true }),
    createdAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [
    primaryKey({ columns: [t.id, t.queueName] }),
    unique("jobs_once_key").on(t.runId, t.kind, t.stepId, t.queueName),
    check("jobs_kind_check", sql`${t.kind} in ('discover', 'step', 'sleep', 'timeout', 'deadline')`),
    index("idx_jobs_due").on(t.priority, t.dueAt, t.id),
    index("idx_jobs_lane").on(t.priority, t.lane, t.dueAt, t.id),
    index("idx_jobs_leased")
      .on(t.leaseUntil)
      .where(sql`lease_until is not null`),
  ],
);
