import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import {
  idColumn,
  instant,
  ofTenant,
  oneOf,
  sortedText,
  tenantColumns,
  tenantKey,
  tenantPolicy,
  timeColumns,
  within,
} from "./columns.ts";
import { tenants } from "./tenants.ts";
import { users } from "./users.ts";

export const subscriptionStatuses = [
  "trialing",
  "active",
  "past_due",
  "suspended",
  "canceled",
  "unpaid",
] as const;

/** What a tenant may use. Null is unlimited; prices are in minor units. The same for every tenant. */
export const plans = pgTable("plans", {
  ...idColumn,
  slug: sortedText().notNull().unique("plans_slug_unique"),
  name: text().notNull(),
  description: text(),
  priceMonthly: integer(),
  priceYearly: integer(),
  currency: text().notNull().default("USD"),
  maxUsers: integer(),
  maxWorkspaces: integer(),
  maxDomains: integer(),
  maxCampaignsPerMonth: integer(),
  maxEmailAccounts: integer(),
  maxEmailsPerMonth: integer(),
  maxWarmups: integer(),
  maxContacts: integer(),
  maxStorageGb: integer(),
  apiRateLimit: integer(),
  apiAccess: boolean().notNull().default(false),
  prioritySupport: boolean().notNull().default(false),
  advancedAnalytics: boolean().notNull().default(false),
  whiteLabel: boolean().notNull().default(false),
  /** The payment provider's product; prices are looked up by it. */
  stripeProductId: text(),
  isActive: boolean().notNull().default(true),
  ...timeColumns,
});

/** A tenant's plan. `pendingPlanId` takes over when the period ends; the billing contact gets the invoices. */
export const subscriptions = pgTable(
  "subscriptions",
  {
    ...tenantColumns,
    planId: uuid()
      .notNull()
      .references(() => plans.id),
    pendingPlanId: uuid().references(() => plans.id),
    billingContactUserId: uuid().references(() => users.id, { onDelete: "set null" }),
    status: text({ enum: subscriptionStatuses }).notNull().default("trialing"),
    billingInterval: text({ enum: ["monthly", "yearly"] })
      .notNull()
      .default("monthly"),
    stripeSubscriptionId: text().unique("subscriptions_stripe_subscription_id_unique"),
    currentPeriodStart: instant().notNull(),
    currentPeriodEnd: instant().notNull(),
    trialEndsAt: instant(),
    pastDueSince: instant(),
    cancelAtPeriodEnd: boolean().notNull().default(false),
    cancelReason: text(),
    canceledAt: instant(),
  },
  (t) => [
    tenantKey(t),
    ofTenant(t, tenants),
    tenantPolicy("subscriptions"),
    uniqueIndex("subscriptions_live_unique")
      .on(t.tenantId)
      .where(sql`status in ('trialing', 'active', 'past_due', 'suspended', 'unpaid')`),
    oneOf("valid_status", t.status, subscriptionStatuses),
    oneOf("valid_billing_interval", t.billingInterval, ["monthly", "yearly"]),
    check("valid_period", sql`current_period_end > current_period_start`),
  ],
);

export const subscriptionAddons = pgTable(
  "subscription_addons",
  {
    ...tenantColumns,
    subscriptionId: uuid().notNull(),
    addon: text().notNull(),
    quantity: integer().notNull().default(1),
    unitPrice: integer().notNull(),
    endsAt: instant(),
  },
  (t) => [
    tenantKey(t),
    ofTenant(t, tenants),
    within(t, t.subscriptionId, subscriptions),
    tenantPolicy("subscription_addons"),
    index("idx_subscription_addons_subscription").on(t.tenantId, t.subscriptionId),
    check("valid_quantity", sql`quantity > 0 and unit_price >= 0`),
  ],
);

/** Payments and invoices as the provider reports them; amounts in minor units. */
export const payments = pgTable(
  "payments",
  {
    ...tenantColumns,
    subscriptionId: uuid(),
    providerPaymentId: text().notNull().unique("payments_provider_payment_id_unique"),
    amount: integer().notNull(),
    currency: text().notNull(),
    status: text({ enum: ["pending", "paid", "failed", "refunded"] }).notNull(),
    invoiceUrl: text(),
    paidAt: instant(),
  },
  (t) => [
    tenantKey(t),
    ofTenant(t, tenants),
    within(t, t.subscriptionId, subscriptions, "no action"),
    tenantPolicy("payments"),
    index("idx_payments_tenant").on(t.tenantId, t.id),
    oneOf("valid_status", t.status, ["pending", "paid", "failed", "refunded"]),
  ],
);

/** What a tenant has used of one metric since the period began; reserved by the statement that spends it. */
export const usageCounters = pgTable(
  "usage_counters",
  {
    ...tenantColumns,
    metric: sortedText().notNull(),
    periodStart: instant().notNull(),
    used: bigint({ mode: "number" }).notNull().default(0),
  },
  (t) => [
    tenantKey(t),
    ofTenant(t, tenants),
    tenantPolicy("usage_counters"),
    unique("usage_counters_metric_unique").on(t.tenantId, t.metric, t.periodStart),
    check("valid_used", sql`used >= 0`),
  ],
);

/** Limits of one tenant that differ from its plan. */
export const planOverrides = pgTable(
  "plan_overrides",
  {
    ...tenantColumns,
    limits: jsonb().$type<Record<string, number | null>>().notNull().default({}),
    reason: text(),
    expiresAt: instant(),
  },
  (t) => [
    tenantKey(t),
    ofTenant(t, tenants),
    tenantPolicy("plan_overrides"),
    unique("plan_overrides_tenant_unique").on(t.tenantId),
  ],
);
