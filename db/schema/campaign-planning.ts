import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  date,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { campaigns } from "./campaigns.ts";
import {
  instant,
  oneOf,
  sortedText,
  tenantKey,
  within,
  workspaceColumns,
  workspacePolicy,
} from "./columns.ts";
import { contacts } from "./contacts.ts";
import { workspaces } from "./workspaces.ts";

/** A campaign that repeats: each occurrence becomes a campaign of its own. */
export const campaignSchedules = pgTable(
  "campaign_schedules",
  {
    ...workspaceColumns,
    campaignId: uuid().notNull(),
    recurrence: jsonb().$type<Record<string, unknown>>().notNull(),
    timezone: text().notNull().default("UTC"),
    nextSendAt: instant(),
    occurrences: integer().notNull().default(0),
    isActive: boolean().notNull().default(true),
  },
  (t) => [
    tenantKey(t),
    within(t, t.campaignId, campaigns),
    workspacePolicy("campaign_schedules"),
    unique("campaign_schedules_campaign_unique").on(t.tenantId, t.campaignId),
    index("idx_campaign_schedules_next")
      .on(t.nextSendAt)
      .where(sql`is_active`),
  ],
);

export const occurrenceOutcomes = ["launched", "refused", "missed"] as const;

/** Each time of a campaign that repeats that has come: the campaign it became, or why it became none. */
export const campaignOccurrences = pgTable(
  "campaign_occurrences",
  {
    ...workspaceColumns,
    campaignId: uuid().notNull(),
    /** From 1, over all the series that the campaign has had. */
    number: integer().notNull(),
    dueAt: instant().notNull(),
    outcome: text({ enum: occurrenceOutcomes }).notNull(),
    /** The campaign that was launched; null when there is none. */
    childId: uuid(),
    reason: text(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.campaignId, campaigns),
    within(t, t.childId, campaigns, "set null"),
    workspacePolicy("campaign_occurrences"),
    unique("campaign_occurrences_number_unique").on(t.tenantId, t.campaignId, t.number),
    unique("campaign_occurrences_due_unique").on(t.tenantId, t.campaignId, t.dueAt),
    unique("campaign_occurrences_child_unique").on(t.tenantId, t.childId),
    oneOf("valid_outcome", t.outcome, occurrenceOutcomes),
    check("valid_number", sql`number > 0`),
  ],
);

/** A country, or a part of it, whose public holidays are days without sending: written down as such, year by year. */
export const holidayCalendars = pgTable(
  "holiday_calendars",
  {
    ...workspaceColumns,
    /** ISO 3166: `DE`. */
    country: sortedText().notNull(),
    /** A state or province of it; empty: what all of it keeps. */
    region: sortedText().notNull().default(""),
    /** Null: every campaign. */
    campaignIds: uuid().array(),
    /** The last year whose days are written down. */
    filledUntil: integer().notNull(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    workspacePolicy("holiday_calendars"),
    unique("holiday_calendars_place_unique").on(t.tenantId, t.workspaceId, t.country, t.region),
  ],
);

/** Days on which nothing, or nothing of some campaigns, is sent. */
export const blackoutDates = pgTable(
  "blackout_dates",
  {
    ...workspaceColumns,
    name: text().notNull(),
    startsOn: date().notNull(),
    endsOn: date().notNull(),
    action: text({ enum: ["skip", "delay", "allow"] })
      .notNull()
      .default("delay"),
    /** Null: every campaign. */
    campaignIds: uuid().array(),
    /** The calendar that it comes from, and goes with; null for what somebody entered. */
    calendarId: uuid(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    within(t, t.calendarId, holidayCalendars),
    workspacePolicy("blackout_dates"),
    index("idx_blackout_dates_range").on(t.tenantId, t.workspaceId, t.startsOn),
    index("idx_blackout_dates_calendar").on(t.tenantId, t.calendarId),
    oneOf("valid_action", t.action, ["skip", "delay", "allow"]),
    check("valid_range", sql`ends_on >= starts_on`),
  ],
);

/** The hours at which a contact tends to read, learned from what it did. */
export const contactSendPreferences = pgTable(
  "contact_send_preferences",
  {
    ...workspaceColumns,
    contactId: uuid().notNull(),
    hours: jsonb().$type<number[]>().notNull().default([]),
    weekdays: jsonb().$type<number[]>().notNull().default([]),
    dataPoints: integer().notNull().default(0),
    confidence: doublePrecision().notNull().default(0),
    categories: jsonb().$type<Record<string, boolean>>().notNull().default({}),
    frequency: text({ enum: ["all", "weekly", "monthly", "important"] })
      .notNull()
      .default("all"),
  },
  (t) => [
    within(t, t.contactId, contacts),
    workspacePolicy("contact_send_preferences"),
    unique("contact_send_preferences_contact_unique").on(t.tenantId, t.contactId),
    oneOf("valid_frequency", t.frequency, ["all", "weekly", "monthly", "important"]),
    check("valid_confidence", sql`confidence between 0 and 1`),
  ],
);

export const goalEvents = [
  "reply",
  "click_url",
  "custom_event",
  "field_change",
  "segment_join",
  "tag_added",
] as const;
export const goalActions = ["exit", "move", "stay"] as const;

/** What a campaign is for. What it listens to stands in a row of `campaign_triggers` of the role `goal`. */
export const campaignGoals = pgTable(
  "campaign_goals",
  {
    ...workspaceColumns,
    campaignId: uuid().notNull(),
    name: text().notNull(),
    eventType: text({ enum: goalEvents }).notNull(),
    eventConfig: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    /** What becomes of who reaches it and is still on the way: it leaves, goes to the target's door, or goes on. */
    action: text({ enum: goalActions }).notNull().default("exit"),
    targetCampaignId: uuid(),
    /** An email counts as its cause for so long after it was sent. */
    attributionDays: integer().notNull().default(30),
    /** Replaced or taken away while the campaign ran: it counts no more, and what it counted stays. */
    retiredAt: instant(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.campaignId, campaigns),
    within(t, t.targetCampaignId, campaigns, "set null"),
    workspacePolicy("campaign_goals"),
    index("idx_campaign_goals_campaign").on(t.tenantId, t.campaignId),
    oneOf("valid_event_type", t.eventType, goalEvents),
    oneOf("valid_action", t.action, goalActions),
    check("valid_attribution", sql`attribution_days between 1 and 365`),
  ],
);

/** A saved structure to begin a campaign from. */
export const campaignTemplates = pgTable(
  "campaign_templates",
  {
    ...workspaceColumns,
    name: sortedText().notNull(),
    description: text(),
    structure: jsonb().$type<Record<string, unknown>>().notNull(),
    sharing: text({ enum: ["private", "team", "public"] })
      .notNull()
      .default("team"),
    createdBy: uuid(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    workspacePolicy("campaign_templates"),
    unique("campaign_templates_name_unique").on(t.tenantId, t.workspaceId, t.name),
    oneOf("valid_sharing", t.sharing, ["private", "team", "public"]),
  ],
);
