import { sql } from "drizzle-orm";
import { boolean, check, index, integer, jsonb, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import {
  driverColumns,
  idColumn,
  instant,
  logColumns,
  oneOf,
  sortedText,
  tenantKey,
  timeColumns,
  within,
  workspaceColumns,
  workspacePolicy,
  workspaceRef,
} from "./columns.ts";
import { contacts } from "./contacts.ts";
import { workspaces } from "./workspaces.ts";

export const scoreTiers = ["cold", "nurture", "mql", "sql"] as const;

/** How contacts are scored, and the row that says who recalculates and how far it has come. */
export const leadScoringModels = pgTable(
  "lead_scoring_models",
  {
    ...workspaceColumns,
    name: sortedText().notNull(),
    rules: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    decayEnabled: boolean().notNull().default(true),
    decayRate: integer().notNull().default(5),
    decayIntervalDays: integer().notNull().default(30),
    isActive: boolean().notNull().default(true),
    /** The moment that all scores are of. */
    recalculatedAt: instant(),
    refreshRequestedAt: instant(),
    /** Since when the pass at work runs, and the contact up to which it has come. */
    checkpoint: jsonb().$type<Record<string, unknown>>(),
    ...driverColumns,
  },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    workspacePolicy("lead_scoring_models"),
    index("idx_lead_scoring_models_wakes").on(t.wakesAt),
    unique("lead_scoring_models_name_unique").on(t.tenantId, t.workspaceId, t.name),
  ],
);

export const contactScores = pgTable(
  "contact_scores",
  {
    ...idColumn,
    ...workspaceRef,
    contactId: uuid().notNull(),
    modelId: uuid().notNull(),
    engagement: integer().notNull().default(0),
    fit: integer().notNull().default(0),
    intent: integer().notNull().default(0),
    /** What is taken off, as a number of at most 0. */
    penalty: integer().notNull().default(0),
    /** What campaigns and people have added or taken off for good. */
    adjustment: integer().notNull().default(0),
    total: integer().notNull().default(0),
    previousTotal: integer(),
    tier: text({ enum: scoreTiers }).notNull().default("cold"),
    /** Set by hand, and in force until then, or until it is taken back. */
    overrideTotal: integer(),
    overriddenUntil: instant(),
    overriddenBy: uuid(),
    ...timeColumns,
  },
  (t) => [
    within(t, t.contactId, contacts),
    within(t, t.modelId, leadScoringModels),
    workspacePolicy("contact_scores"),
    unique("contact_scores_contact_model_unique").on(t.tenantId, t.contactId, t.modelId),
    index("idx_contact_scores_model").on(t.tenantId, t.modelId, t.total),
    oneOf("valid_tier", t.tier, scoreTiers),
    check("valid_total", sql`total between 0 and 100`),
    check("valid_override_total", sql`override_total between 0 and 100`),
  ],
);

export const scoreEvents = pgTable(
  "score_events",
  {
    ...logColumns,
    contactId: uuid().notNull(),
    modelId: uuid(),
    eventType: sortedText().notNull(),
    points: integer().notNull(),
    scoreBefore: integer().notNull(),
    scoreAfter: integer().notNull(),
    tierBefore: text({ enum: scoreTiers }),
    tierAfter: text({ enum: scoreTiers }),
    actorId: uuid(),
    occurredAt: instant()
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [
    workspacePolicy("score_events"),
    index("idx_score_events_contact").on(t.tenantId, t.contactId, t.occurredAt.desc()),
  ],
);
