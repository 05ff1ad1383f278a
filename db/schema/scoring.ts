import { sql } from "drizzle-orm";
import { boolean, index, integer, jsonb, pgTable, unique, uuid } from "drizzle-orm/pg-core";
import {
  idColumn,
  instant,
  logColumns,
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
  },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    workspacePolicy("lead_scoring_models"),
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
    total: integer().notNull().default(0),
    previousTotal: integer(),
    overriddenUntil: instant(),
    ...timeColumns,
  },
  (t) => [
    within(t, t.contactId, contacts),
    within(t, t.modelId, leadScoringModels),
    workspacePolicy("contact_scores"),
    unique("contact_scores_contact_model_unique").on(t.tenantId, t.contactId, t.modelId),
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
    occurredAt: instant()
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [
    workspacePolicy("score_events"),
    index("idx_score_events_contact").on(t.tenantId, t.contactId, t.occurredAt.desc()),
  ],
);
