import { sql } from "drizzle-orm";
import { check, index, integer, jsonb, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import { campaignGoals } from "./campaign-planning.ts";
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
import { segments } from "./segments.ts";

export const triggerTypes = [
  "segment_entered",
  "segment_left",
  "tag_added",
  "field_changed",
  "event",
  "link_clicked",
  "replied",
  "manual",
] as const;
export const triggerRoles = ["enter", "leave", "goal"] as const;

/**
 * What a campaign listens to while it runs. `enter` brings a contact in, `leave` takes it out, `goal` says that it
 * has reached what the campaign is for.
 */
export const campaignTriggers = pgTable(
  "campaign_triggers",
  {
    ...workspaceColumns,
    campaignId: uuid().notNull(),
    role: text({ enum: triggerRoles }).notNull().default("enter"),
    triggerType: text({ enum: triggerTypes }).notNull(),
    /** The goal that is reached; of the role `goal`. */
    goalId: uuid(),
    segmentId: uuid(),
    /** In lower case: a tag, a field (`custom.<name>` or a column), the name of an event, or a part of a link. */
    match: sortedText(),
    /** The value that the field takes; null is any. */
    value: text(),
    /** The campaign whose links are meant; null is any other. Of a goal it is the campaign itself. */
    linkCampaignId: uuid(),
    enrolledCount: integer().notNull().default(0),
    alreadyCount: integer().notNull().default(0),
    excludedCount: integer().notNull().default(0),
    unmailableCount: integer().notNull().default(0),
    lastArrivalAt: instant(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.campaignId, campaigns),
    within(t, t.goalId, campaignGoals),
    within(t, t.segmentId, segments, "set null"),
    within(t, t.linkCampaignId, campaigns, "set null"),
    workspacePolicy("campaign_triggers"),
    index("idx_campaign_triggers_campaign").on(t.tenantId, t.campaignId, t.id),
    index("idx_campaign_triggers_type").on(t.tenantId, t.workspaceId, t.triggerType),
    oneOf("valid_role", t.role, triggerRoles),
    oneOf("valid_trigger_type", t.triggerType, triggerTypes),
    check("goal_has_goal", sql`(role = 'goal') = (goal_id is not null)`),
  ],
);

/**
 * Somebody whom a trigger, or a person, has brought to a campaign's door: a queue, emptied by `enroll-arrivals`.
 * Written by statements that prove what they name, by the hundred thousand, so that it carries no foreign keys.
 */
export const campaignArrivals = pgTable(
  "campaign_arrivals",
  {
    ...logColumns,
    campaignId: uuid().notNull(),
    /** Null: added by hand. */
    triggerId: uuid(),
    contactId: uuid().notNull(),
    dueAt: instant()
      .notNull()
      .default(sql`app_now()`),
    /** The click or the custom event that brought them. */
    refId: uuid(),
    actorId: uuid(),
  },
  (t) => [
    workspacePolicy("campaign_arrivals"),
    unique("campaign_arrivals_contact_unique")
      .on(t.tenantId, t.campaignId, t.contactId, t.triggerId)
      .nullsNotDistinct(),
    index("idx_campaign_arrivals_due").on(t.tenantId, t.campaignId, t.dueAt),
  ],
);

/** What a workspace's own systems told of a contact. The caller's id makes a repeated call one event. */
export const customEvents = pgTable(
  "custom_events",
  {
    ...logColumns,
    eventId: sortedText().notNull(),
    name: sortedText().notNull(),
    contactId: uuid().notNull(),
    properties: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    occurredAt: instant()
      .notNull()
      .default(sql`app_now()`),
    apiKeyId: uuid(),
  },
  (t) => [
    workspacePolicy("custom_events"),
    unique("custom_events_event_id_unique").on(t.tenantId, t.workspaceId, t.eventId),
    index("idx_custom_events_contact").on(t.tenantId, t.contactId, t.name, t.occurredAt),
    index("idx_custom_events_name").on(t.tenantId, t.workspaceId, t.name),
  ],
);

/** A contact that reached a campaign's goal, and the email it is put down to. Once per goal and pass. */
export const campaignConversions = pgTable(
  "campaign_conversions",
  {
    ...logColumns,
    campaignId: uuid().notNull(),
    goalId: uuid().notNull(),
    enrollmentId: uuid().notNull(),
    contactId: uuid().notNull(),
    runNumber: integer().notNull(),
    /**
     * The email that they clicked or answered, or else the last one sent to them, within the goal's days; null when
     * there was none.
     */
    messageId: uuid(),
    stepId: uuid(),
    refId: uuid(),
    occurredAt: instant()
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [
    workspacePolicy("campaign_conversions"),
    unique("campaign_conversions_once_unique").on(t.tenantId, t.goalId, t.enrollmentId, t.runNumber),
    index("idx_campaign_conversions_campaign").on(t.tenantId, t.campaignId, t.id),
    index("idx_campaign_conversions_message").on(t.tenantId, t.messageId),
  ],
);
