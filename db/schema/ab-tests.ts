import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { campaignSteps } from "./campaign-steps.ts";
import { campaigns } from "./campaigns.ts";
import {
  instant,
  logColumns,
  oneOf,
  sortedText,
  tenantKey,
  within,
  workspaceColumns,
  workspacePolicy,
} from "./columns.ts";

export const abTestStatuses = [
  "draft",
  "running",
  "extended",
  "completed",
  "winner_deployed",
  "cancelled",
] as const;
export const abTestDimensions = ["subject", "content", "sender", "send_time"] as const;
export const abTestMetrics = ["open_rate", "click_rate", "reply_rate", "conversion_rate"] as const;

/** Why a test ended as it did. `picked` and `stopped` are a person's words, the others those of the numbers. */
export const abTestOutcomes = [
  "significant",
  "fallback_control",
  "fallback_highest",
  "too_few",
  "uneven",
  "picked",
  "stopped",
  "campaign_ended",
] as const;

export const abTests = pgTable(
  "ab_tests",
  {
    ...workspaceColumns,
    campaignId: uuid().notNull(),
    stepId: uuid(),
    name: text().notNull(),
    dimension: text({ enum: abTestDimensions }).notNull(),
    metric: text({ enum: abTestMetrics }).notNull().default("open_rate"),
    /** Share of the audience that is tested on, in percent. */
    samplePercent: integer().notNull().default(20),
    /** How many are tested on where the campaign goes on taking people in. */
    sampleContacts: integer().notNull().default(1000),
    /** How many that came to, once the first ones are there. */
    sampleSize: integer(),
    /** In an audience that is known at the start, the contacts whose hash is not above this one. */
    sampleUpTo: sortedText(),
    durationMinutes: integer().notNull().default(240),
    fallback: text({ enum: ["control", "highest"] })
      .notNull()
      .default("control"),
    status: text({ enum: abTestStatuses }).notNull().default("draft"),
    startedAt: instant(),
    /** When it is decided; null while the sample is being sent. */
    endsAt: instant(),
    extendedAt: instant(),
    decidedAt: instant(),
    /** Who decided it by hand. */
    decidedBy: uuid(),
    outcome: text({ enum: abTestOutcomes }),
    winnerVariantId: uuid(),
    /** Counts, rates, confidence and lift, frozen at the decision. */
    results: jsonb().$type<Record<string, unknown>>(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.campaignId, campaigns),
    within(t, t.stepId, campaignSteps),
    workspacePolicy("ab_tests"),
    index("idx_ab_tests_campaign").on(t.tenantId, t.campaignId),
    uniqueIndex("ab_tests_live_unique")
      .on(t.tenantId, t.stepId)
      .where(sql`status in ('running', 'extended')`),
    oneOf("valid_outcome", t.outcome, abTestOutcomes),
    oneOf("valid_dimension", t.dimension, abTestDimensions),
    oneOf("valid_metric", t.metric, abTestMetrics),
    oneOf("valid_status", t.status, abTestStatuses),
    oneOf("valid_fallback", t.fallback, ["control", "highest"]),
    check(
      "valid_sample",
      sql`sample_percent between 1 and 100 and sample_contacts > 0 and duration_minutes > 0`,
    ),
  ],
);

export const abTestVariants = pgTable(
  "ab_test_variants",
  {
    ...workspaceColumns,
    testId: uuid().notNull(),
    name: sortedText().notNull(),
    isControl: boolean().notNull().default(false),
    weight: doublePrecision().notNull().default(1),
    /** What differs from the step: subject, body, sender or hour. */
    changes: jsonb().$type<Record<string, unknown>>().notNull().default({}),
  },
  (t) => [
    tenantKey(t),
    within(t, t.testId, abTests),
    workspacePolicy("ab_test_variants"),
    unique("ab_test_variants_name_unique").on(t.tenantId, t.testId, t.name),
    uniqueIndex("ab_test_variants_control_unique")
      .on(t.tenantId, t.testId)
      .where(sql`is_control`),
    check("valid_weight", sql`weight > 0`),
  ],
);

/** Which variant a contact got: one per test. */
export const abTestAssignments = pgTable(
  "ab_test_assignments",
  { ...logColumns, testId: uuid().notNull(), variantId: uuid().notNull(), contactId: uuid().notNull() },
  (t) => [
    workspacePolicy("ab_test_assignments"),
    unique("ab_test_assignments_contact_unique").on(t.tenantId, t.testId, t.contactId),
    index("idx_ab_test_assignments_variant").on(t.tenantId, t.variantId),
  ],
);
