import { sql, type SQL } from "drizzle-orm";
import {
  bigint,
  date,
  index,
  integer,
  numeric,
  pgSchema,
  primaryKey,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import {
  idColumn,
  instant,
  sortedText,
  tenantPolicy,
  tenantRef,
  timeColumns,
  workspacePolicy,
  workspaceRef,
} from "./columns.ts";

/** The tier of rolled-up numbers: names are copied in, and no foreign key leaves it. */
export const analytics = pgSchema("analytics");

const count = () => integer().notNull().default(0);

/** Whatever is counted per day. `delivered` is sent and not bounced. */
const dailyCounts = {
  emailsSent: count(),
  emailsDelivered: count(),
  emailsOpened: count(),
  opensTotal: count(),
  /** Opens by mail programs and scanners: in none of the counts above. */
  machineOpens: count(),
  emailsClicked: count(),
  clicksTotal: count(),
  emailsReplied: count(),
  emailsBounced: count(),
  bouncedHard: count(),
  bouncedSoft: count(),
  complaints: count(),
  unsubscribes: count(),
  /** Goals that were put down to a message. */
  conversions: count(),
};

const dailyColumns = { ...idColumn, ...workspaceRef, date: date().notNull(), ...timeColumns };

/** A percentage with two digits; null when there is nothing to divide by, and 100 at most. */
const rate = (part: SQL, whole: SQL) =>
  numeric({ precision: 5, scale: 2 }).generatedAlwaysAs(
    sql`case when ${whole} > 0 then least(100, round(100.0 * ${part} / ${whole}, 2)) end`,
  );

/**
 * How far the days of a workspace are counted, and in which zone: days before `through` are closed, `through` itself
 * is counted again and again.
 */
export const analyticsRollups = analytics.table(
  "analytics_rollups",
  { ...idColumn, ...workspaceRef, timezone: text().notNull(), through: date().notNull(), ...timeColumns },
  (t) => [
    workspacePolicy("analytics_rollups"),
    unique("analytics_rollups_workspace_unique").on(t.tenantId, t.workspaceId),
  ],
);

/** One row per campaign and day of the workspace's zone. */
export const campaignAnalytics = analytics.table(
  "campaign_analytics",
  {
    ...dailyColumns,
    campaignId: uuid().notNull(),
    campaignName: sortedText(),
    ...dailyCounts,
    openRate: rate(sql`emails_opened`, sql`emails_delivered`),
    clickRate: rate(sql`emails_clicked`, sql`emails_delivered`),
    replyRate: rate(sql`emails_replied`, sql`emails_delivered`),
    bounceRate: rate(sql`emails_bounced`, sql`emails_sent`),
  },
  (t) => [
    workspacePolicy("campaign_analytics"),
    unique("campaign_analytics_day_unique").on(t.tenantId, t.campaignId, t.date),
    index("idx_campaign_analytics_campaign_date").on(t.campaignId, t.date),
    index("idx_campaign_analytics_workspace").on(t.tenantId, t.workspaceId, t.date),
  ],
);

export const sequenceStepAnalytics = analytics.table(
  "sequence_step_analytics",
  {
    ...dailyColumns,
    campaignId: uuid().notNull(),
    stepId: uuid().notNull(),
    stepName: sortedText(),
    ...dailyCounts,
  },
  (t) => [
    workspacePolicy("sequence_step_analytics"),
    unique("sequence_step_analytics_day_unique").on(t.tenantId, t.stepId, t.date),
    index("idx_sequence_step_analytics_campaign").on(t.tenantId, t.campaignId, t.date),
  ],
);

/** One row per variant of an A/B test and day: what the sample of the test did. */
export const variantAnalytics = analytics.table(
  "variant_analytics",
  {
    ...dailyColumns,
    variantId: uuid().notNull(),
    testId: uuid().notNull(),
    campaignId: uuid().notNull(),
    variantName: sortedText(),
    ...dailyCounts,
  },
  (t) => [
    workspacePolicy("variant_analytics"),
    unique("variant_analytics_day_unique").on(t.tenantId, t.variantId, t.date),
    index("idx_variant_analytics_test").on(t.tenantId, t.testId, t.date),
  ],
);

export const mailboxAnalytics = analytics.table(
  "mailbox_analytics",
  { ...dailyColumns, emailAccountId: uuid().notNull(), email: sortedText(), ...dailyCounts },
  (t) => [
    workspacePolicy("mailbox_analytics"),
    unique("mailbox_analytics_day_unique").on(t.tenantId, t.emailAccountId, t.date),
  ],
);

export const leadAnalytics = analytics.table(
  "lead_analytics",
  { ...dailyColumns, contactId: uuid().notNull(), ...dailyCounts },
  (t) => [
    workspacePolicy("lead_analytics"),
    unique("lead_analytics_day_unique").on(t.tenantId, t.contactId, t.date),
  ],
);

export const segmentAnalytics = analytics.table(
  "segment_analytics",
  {
    ...dailyColumns,
    segmentId: uuid().notNull(),
    segmentName: sortedText(),
    contactCount: count(),
    ...dailyCounts,
  },
  (t) => [
    workspacePolicy("segment_analytics"),
    unique("segment_analytics_day_unique").on(t.tenantId, t.segmentId, t.date),
  ],
);

export const warmupAnalytics = analytics.table(
  "warmup_analytics",
  { ...dailyColumns, emailAccountId: uuid().notNull(), planned: count(), ...dailyCounts },
  (t) => [
    workspacePolicy("warmup_analytics"),
    unique("warmup_analytics_day_unique").on(t.tenantId, t.emailAccountId, t.date),
  ],
);

/** S1's counters per day: one upsert per statement, by its triggers. */
export const emailAnalytics = analytics.table(
  "email_analytics",
  {
    ...idColumn,
    ...workspaceRef,
    date: date()
      .notNull()
      .default(sql`(app_now() at time zone 'UTC')::date`),
    totalDraftsCreated: count(),
    totalDraftsApproved: count(),
    totalEmailsSent: count(),
    totalFollowupsSent: count(),
    ...timeColumns,
  },
  (t) => [
    workspacePolicy("email_analytics"),
    unique("email_analytics_day_unique").on(t.tenantId, t.workspaceId, t.date),
  ],
);

/** What a tenant used in a period. Partitioned by year of `period_start`, which the generated SQL is edited to say. */
export const billingAnalytics = analytics.table(
  "billing_analytics",
  {
    id: uuid()
      .notNull()
      .default(sql`uuidv7()`),
    ...tenantRef,
    subscriptionId: uuid(),
    periodStart: instant().notNull(),
    periodEnd: instant().notNull(),
    emailsSent: bigint({ mode: "number" }).notNull().default(0),
    mailboxesUsed: count(),
    domainsUsed: count(),
    campaignsUsed: count(),
    leadsUsed: bigint({ mode: "number" }).notNull().default(0),
    warmupsActive: count(),
    users: count(),
    storageBytes: bigint({ mode: "number" }).notNull().default(0),
    ...timeColumns,
  },
  (t) => [
    primaryKey({ name: "billing_analytics_pkey", columns: [t.id, t.periodStart] }),
    tenantPolicy("billing_analytics"),
    unique("idx_billing_analytics_tenant_period").on(t.tenantId, t.periodStart, t.periodEnd),
  ],
);
