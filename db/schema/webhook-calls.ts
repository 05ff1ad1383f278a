import { index, integer, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import { instant, oneOf, tenantKey, workspaceColumns, workspacePolicy } from "./columns.ts";

export const webhookCallStatuses = ["calling", "retrying", "done", "failed", "unknown"] as const;

/**
 * The ledger of the calls that campaigns make to other systems: one row for each time a contact comes to a step that
 * calls. Written before the socket is touched and settled after the answer; a call of unknown fate is not made again.
 */
export const webhookCalls = pgTable(
  "webhook_calls",
  {
    ...workspaceColumns,
    campaignId: uuid().notNull(),
    stepId: uuid().notNull(),
    enrollmentId: uuid().notNull(),
    contactId: uuid().notNull(),
    runNumber: integer().notNull(),
    visit: integer().notNull(),
    status: text({ enum: webhookCallStatuses }).notNull().default("calling"),
    attempts: integer().notNull().default(1),
    claimToken: uuid(),
    leaseUntil: instant(),
    /** What the other system answered, or why there is no answer. */
    responseStatus: integer(),
    error: text(),
    settledAt: instant(),
  },
  (t) => [
    tenantKey(t),
    workspacePolicy("webhook_calls"),
    unique("webhook_calls_visit_unique").on(t.tenantId, t.enrollmentId, t.runNumber, t.stepId, t.visit),
    index("idx_webhook_calls_step").on(t.tenantId, t.stepId, t.status, t.id),
    oneOf("valid_status", t.status, webhookCallStatuses),
  ],
);
