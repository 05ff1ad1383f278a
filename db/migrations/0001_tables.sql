CREATE SCHEMA "analytics";

CREATE SCHEMA "queue";

CREATE SCHEMA "content";

CREATE SCHEMA "notify";

CREATE SCHEMA "sandbox";

CREATE TABLE "ab_test_assignments" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"test_id" uuid NOT NULL,
	"variant_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	CONSTRAINT "ab_test_assignments_contact_unique" UNIQUE("tenant_id","test_id","contact_id")
);

ALTER TABLE "ab_test_assignments" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "ab_test_variants" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"test_id" uuid NOT NULL,
	"name" text collate "C" NOT NULL,
	"is_control" boolean DEFAULT false NOT NULL,
	"weight" double precision DEFAULT 1 NOT NULL,
	"changes" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "ab_test_variants_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "ab_test_variants_name_unique" UNIQUE("tenant_id","test_id","name"),
	CONSTRAINT "valid_weight" CHECK (weight > 0)
);

ALTER TABLE "ab_test_variants" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "ab_tests" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"step_id" uuid,
	"name" text NOT NULL,
	"dimension" text NOT NULL,
	"metric" text DEFAULT 'open_rate' NOT NULL,
	"sample_percent" integer DEFAULT 20 NOT NULL,
	"duration_minutes" integer DEFAULT 240 NOT NULL,
	"fallback" text DEFAULT 'control' NOT NULL,
	"status" text DEFAULT 'draft' NOT NULL,
	"started_at" timestamp with time zone,
	"ends_at" timestamp with time zone,
	"decided_at" timestamp with time zone,
	"winner_variant_id" uuid,
	"results" jsonb,
	CONSTRAINT "ab_tests_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_dimension" CHECK ("ab_tests"."dimension" in ('subject', 'content', 'sender', 'send_time')),
	CONSTRAINT "valid_metric" CHECK ("ab_tests"."metric" in ('open_rate', 'click_rate', 'reply_rate', 'conversion_rate')),
	CONSTRAINT "valid_status" CHECK ("ab_tests"."status" in ('draft', 'running', 'extended', 'completed', 'winner_deployed', 'cancelled')),
	CONSTRAINT "valid_fallback" CHECK ("ab_tests"."fallback" in ('control', 'highest')),
	CONSTRAINT "valid_sample" CHECK (sample_percent between 1 and 100 and duration_minutes > 0)
);

ALTER TABLE "ab_tests" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "analytics"."billing_analytics" (
	"id" uuid DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"subscription_id" uuid,
	"period_start" timestamp with time zone NOT NULL,
	"period_end" timestamp with time zone NOT NULL,
	"emails_sent" bigint DEFAULT 0 NOT NULL,
	"mailboxes_used" integer DEFAULT 0 NOT NULL,
	"domains_used" integer DEFAULT 0 NOT NULL,
	"campaigns_used" integer DEFAULT 0 NOT NULL,
	"leads_used" bigint DEFAULT 0 NOT NULL,
	"warmups_active" integer DEFAULT 0 NOT NULL,
	"users" integer DEFAULT 0 NOT NULL,
	"storage_bytes" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "billing_analytics_pkey" PRIMARY KEY("id","period_start"),
	CONSTRAINT "idx_billing_analytics_tenant_period" UNIQUE("tenant_id","period_start","period_end")
) PARTITION BY RANGE (period_start);

ALTER TABLE "analytics"."billing_analytics" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "analytics"."campaign_analytics" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"date" date NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"campaign_name" text collate "C",
	"emails_sent" integer DEFAULT 0 NOT NULL,
	"emails_delivered" integer DEFAULT 0 NOT NULL,
	"emails_opened" integer DEFAULT 0 NOT NULL,
	"opens_total" integer DEFAULT 0 NOT NULL,
	"emails_clicked" integer DEFAULT 0 NOT NULL,
	"clicks_total" integer DEFAULT 0 NOT NULL,
	"emails_replied" integer DEFAULT 0 NOT NULL,
	"emails_bounced" integer DEFAULT 0 NOT NULL,
	"bounced_hard" integer DEFAULT 0 NOT NULL,
	"bounced_soft" integer DEFAULT 0 NOT NULL,
	"complaints" integer DEFAULT 0 NOT NULL,
	"unsubscribes" integer DEFAULT 0 NOT NULL,
	"conversions" integer DEFAULT 0 NOT NULL,
	"open_rate" numeric(5, 2) GENERATED ALWAYS AS (case when emails_delivered > 0 then least(100, round(100.0 * emails_opened / emails_delivered, 2)) end) STORED,
	"click_rate" numeric(5, 2) GENERATED ALWAYS AS (case when emails_delivered > 0 then least(100, round(100.0 * emails_clicked / emails_delivered, 2)) end) STORED,
	"reply_rate" numeric(5, 2) GENERATED ALWAYS AS (case when emails_delivered > 0 then least(100, round(100.0 * emails_replied / emails_delivered, 2)) end) STORED,
	"bounce_rate" numeric(5, 2) GENERATED ALWAYS AS (case when emails_sent > 0 then least(100, round(100.0 * emails_bounced / emails_sent, 2)) end) STORED,
	CONSTRAINT "campaign_analytics_day_unique" UNIQUE("tenant_id","campaign_id","date")
);

ALTER TABLE "analytics"."campaign_analytics" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "analytics"."email_analytics" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"date" date DEFAULT (app_now() at time zone 'UTC')::date NOT NULL,
	"total_drafts_created" integer DEFAULT 0 NOT NULL,
	"total_drafts_approved" integer DEFAULT 0 NOT NULL,
	"total_emails_sent" integer DEFAULT 0 NOT NULL,
	"total_followups_sent" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "email_analytics_day_unique" UNIQUE("tenant_id","workspace_id","date")
);

ALTER TABLE "analytics"."email_analytics" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "analytics"."lead_analytics" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"date" date NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"contact_id" uuid NOT NULL,
	"emails_sent" integer DEFAULT 0 NOT NULL,
	"emails_delivered" integer DEFAULT 0 NOT NULL,
	"emails_opened" integer DEFAULT 0 NOT NULL,
	"opens_total" integer DEFAULT 0 NOT NULL,
	"emails_clicked" integer DEFAULT 0 NOT NULL,
	"clicks_total" integer DEFAULT 0 NOT NULL,
	"emails_replied" integer DEFAULT 0 NOT NULL,
	"emails_bounced" integer DEFAULT 0 NOT NULL,
	"bounced_hard" integer DEFAULT 0 NOT NULL,
	"bounced_soft" integer DEFAULT 0 NOT NULL,
	"complaints" integer DEFAULT 0 NOT NULL,
	"unsubscribes" integer DEFAULT 0 NOT NULL,
	"conversions" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "lead_analytics_day_unique" UNIQUE("tenant_id","contact_id","date")
);

ALTER TABLE "analytics"."lead_analytics" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "analytics"."mailbox_analytics" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"date" date NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"email_account_id" uuid NOT NULL,
	"email" text collate "C",
	"emails_sent" integer DEFAULT 0 NOT NULL,
	"emails_delivered" integer DEFAULT 0 NOT NULL,
	"emails_opened" integer DEFAULT 0 NOT NULL,
	"opens_total" integer DEFAULT 0 NOT NULL,
	"emails_clicked" integer DEFAULT 0 NOT NULL,
	"clicks_total" integer DEFAULT 0 NOT NULL,
	"emails_replied" integer DEFAULT 0 NOT NULL,
	"emails_bounced" integer DEFAULT 0 NOT NULL,
	"bounced_hard" integer DEFAULT 0 NOT NULL,
	"bounced_soft" integer DEFAULT 0 NOT NULL,
	"complaints" integer DEFAULT 0 NOT NULL,
	"unsubscribes" integer DEFAULT 0 NOT NULL,
	"conversions" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "mailbox_analytics_day_unique" UNIQUE("tenant_id","email_account_id","date")
);

ALTER TABLE "analytics"."mailbox_analytics" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "analytics"."segment_analytics" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"date" date NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"segment_id" uuid NOT NULL,
	"segment_name" text collate "C",
	"contact_count" integer DEFAULT 0 NOT NULL,
	"emails_sent" integer DEFAULT 0 NOT NULL,
	"emails_delivered" integer DEFAULT 0 NOT NULL,
	"emails_opened" integer DEFAULT 0 NOT NULL,
	"opens_total" integer DEFAULT 0 NOT NULL,
	"emails_clicked" integer DEFAULT 0 NOT NULL,
	"clicks_total" integer DEFAULT 0 NOT NULL,
	"emails_replied" integer DEFAULT 0 NOT NULL,
	"emails_bounced" integer DEFAULT 0 NOT NULL,
	"bounced_hard" integer DEFAULT 0 NOT NULL,
	"bounced_soft" integer DEFAULT 0 NOT NULL,
	"complaints" integer DEFAULT 0 NOT NULL,
	"unsubscribes" integer DEFAULT 0 NOT NULL,
	"conversions" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "segment_analytics_day_unique" UNIQUE("tenant_id","segment_id","date")
);

ALTER TABLE "analytics"."segment_analytics" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "analytics"."sequence_step_analytics" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"date" date NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"step_id" uuid NOT NULL,
	"step_name" text collate "C",
	"emails_sent" integer DEFAULT 0 NOT NULL,
	"emails_delivered" integer DEFAULT 0 NOT NULL,
	"emails_opened" integer DEFAULT 0 NOT NULL,
	"opens_total" integer DEFAULT 0 NOT NULL,
	"emails_clicked" integer DEFAULT 0 NOT NULL,
	"clicks_total" integer DEFAULT 0 NOT NULL,
	"emails_replied" integer DEFAULT 0 NOT NULL,
	"emails_bounced" integer DEFAULT 0 NOT NULL,
	"bounced_hard" integer DEFAULT 0 NOT NULL,
	"bounced_soft" integer DEFAULT 0 NOT NULL,
	"complaints" integer DEFAULT 0 NOT NULL,
	"unsubscribes" integer DEFAULT 0 NOT NULL,
	"conversions" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "sequence_step_analytics_day_unique" UNIQUE("tenant_id","step_id","date")
);

ALTER TABLE "analytics"."sequence_step_analytics" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "analytics"."warmup_analytics" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"date" date NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"email_account_id" uuid NOT NULL,
	"planned" integer DEFAULT 0 NOT NULL,
	"emails_sent" integer DEFAULT 0 NOT NULL,
	"emails_delivered" integer DEFAULT 0 NOT NULL,
	"emails_opened" integer DEFAULT 0 NOT NULL,
	"opens_total" integer DEFAULT 0 NOT NULL,
	"emails_clicked" integer DEFAULT 0 NOT NULL,
	"clicks_total" integer DEFAULT 0 NOT NULL,
	"emails_replied" integer DEFAULT 0 NOT NULL,
	"emails_bounced" integer DEFAULT 0 NOT NULL,
	"bounced_hard" integer DEFAULT 0 NOT NULL,
	"bounced_soft" integer DEFAULT 0 NOT NULL,
	"complaints" integer DEFAULT 0 NOT NULL,
	"unsubscribes" integer DEFAULT 0 NOT NULL,
	"conversions" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "warmup_analytics_day_unique" UNIQUE("tenant_id","email_account_id","date")
);

ALTER TABLE "analytics"."warmup_analytics" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "payments" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"subscription_id" uuid,
	"provider_payment_id" text NOT NULL,
	"amount" integer NOT NULL,
	"currency" text NOT NULL,
	"status" text NOT NULL,
	"invoice_url" text,
	"paid_at" timestamp with time zone,
	CONSTRAINT "payments_provider_payment_id_unique" UNIQUE("provider_payment_id"),
	CONSTRAINT "payments_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_status" CHECK ("payments"."status" in ('pending', 'paid', 'failed', 'refunded'))
);

ALTER TABLE "payments" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "plan_overrides" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"limits" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"reason" text,
	"expires_at" timestamp with time zone,
	CONSTRAINT "plan_overrides_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "plan_overrides_tenant_unique" UNIQUE("tenant_id")
);

ALTER TABLE "plan_overrides" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "plans" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"slug" text collate "C" NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"price_monthly" integer,
	"price_yearly" integer,
	"currency" text DEFAULT 'USD' NOT NULL,
	"max_users" integer,
	"max_workspaces" integer,
	"max_domains" integer,
	"max_campaigns_per_month" integer,
	"max_email_accounts" integer,
	"max_emails_per_month" integer,
	"max_warmups" integer,
	"max_contacts" integer,
	"max_storage_gb" integer,
	"api_rate_limit" integer,
	"api_access" boolean DEFAULT false NOT NULL,
	"priority_support" boolean DEFAULT false NOT NULL,
	"advanced_analytics" boolean DEFAULT false NOT NULL,
	"white_label" boolean DEFAULT false NOT NULL,
	"stripe_product_id" text,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "plans_slug_unique" UNIQUE("slug")
);

CREATE TABLE "subscription_addons" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"subscription_id" uuid NOT NULL,
	"addon" text NOT NULL,
	"quantity" integer DEFAULT 1 NOT NULL,
	"unit_price" integer NOT NULL,
	"ends_at" timestamp with time zone,
	CONSTRAINT "subscription_addons_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_quantity" CHECK (quantity > 0 and unit_price >= 0)
);

ALTER TABLE "subscription_addons" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "subscriptions" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"plan_id" uuid NOT NULL,
	"pending_plan_id" uuid,
	"billing_contact_user_id" uuid,
	"status" text DEFAULT 'trialing' NOT NULL,
	"billing_interval" text DEFAULT 'monthly' NOT NULL,
	"stripe_subscription_id" text,
	"current_period_start" timestamp with time zone NOT NULL,
	"current_period_end" timestamp with time zone NOT NULL,
	"trial_ends_at" timestamp with time zone,
	"past_due_since" timestamp with time zone,
	"cancel_at_period_end" boolean DEFAULT false NOT NULL,
	"cancel_reason" text,
	"canceled_at" timestamp with time zone,
	CONSTRAINT "subscriptions_stripe_subscription_id_unique" UNIQUE("stripe_subscription_id"),
	CONSTRAINT "subscriptions_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_status" CHECK ("subscriptions"."status" in ('trialing', 'active', 'past_due', 'suspended', 'canceled', 'unpaid')),
	CONSTRAINT "valid_billing_interval" CHECK ("subscriptions"."billing_interval" in ('monthly', 'yearly')),
	CONSTRAINT "valid_period" CHECK (current_period_end > current_period_start)
);

ALTER TABLE "subscriptions" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "usage_counters" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"metric" text collate "C" NOT NULL,
	"period_start" timestamp with time zone NOT NULL,
	"used" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "usage_counters_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "usage_counters_metric_unique" UNIQUE("tenant_id","metric","period_start"),
	CONSTRAINT "valid_used" CHECK (used >= 0)
);

ALTER TABLE "usage_counters" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "blackout_dates" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"name" text NOT NULL,
	"starts_on" date NOT NULL,
	"ends_on" date NOT NULL,
	"action" text DEFAULT 'delay' NOT NULL,
	"campaign_ids" uuid[],
	CONSTRAINT "blackout_dates_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_action" CHECK ("blackout_dates"."action" in ('skip', 'delay', 'allow')),
	CONSTRAINT "valid_range" CHECK (ends_on >= starts_on)
);

ALTER TABLE "blackout_dates" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "campaign_goals" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"name" text NOT NULL,
	"event_type" text NOT NULL,
	"event_config" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"action" text DEFAULT 'exit' NOT NULL,
	"target_campaign_id" uuid,
	"attribution_days" integer DEFAULT 30 NOT NULL,
	CONSTRAINT "campaign_goals_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_event_type" CHECK ("campaign_goals"."event_type" in ('reply', 'click_url', 'custom_event', 'field_change', 'segment_join')),
	CONSTRAINT "valid_action" CHECK ("campaign_goals"."action" in ('exit', 'move'))
);

ALTER TABLE "campaign_goals" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "campaign_schedules" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"recurrence" jsonb NOT NULL,
	"timezone" text DEFAULT 'UTC' NOT NULL,
	"next_send_at" timestamp with time zone,
	"occurrences" integer DEFAULT 0 NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	CONSTRAINT "campaign_schedules_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "campaign_schedules_campaign_unique" UNIQUE("tenant_id","campaign_id")
);

ALTER TABLE "campaign_schedules" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "campaign_templates" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"name" text collate "C" NOT NULL,
	"description" text,
	"structure" jsonb NOT NULL,
	"sharing" text DEFAULT 'team' NOT NULL,
	"created_by" uuid,
	CONSTRAINT "campaign_templates_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "campaign_templates_name_unique" UNIQUE("tenant_id","workspace_id","name"),
	CONSTRAINT "valid_sharing" CHECK ("campaign_templates"."sharing" in ('private', 'team', 'public'))
);

ALTER TABLE "campaign_templates" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "contact_send_preferences" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"contact_id" uuid NOT NULL,
	"hours" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"weekdays" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"data_points" integer DEFAULT 0 NOT NULL,
	"confidence" double precision DEFAULT 0 NOT NULL,
	"categories" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"frequency" text DEFAULT 'all' NOT NULL,
	CONSTRAINT "contact_send_preferences_contact_unique" UNIQUE("tenant_id","contact_id"),
	CONSTRAINT "valid_frequency" CHECK ("contact_send_preferences"."frequency" in ('all', 'weekly', 'monthly', 'important')),
	CONSTRAINT "valid_confidence" CHECK (confidence between 0 and 1)
);

ALTER TABLE "contact_send_preferences" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "campaign_step_versions" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"step_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"step_type" text NOT NULL,
	"subject" text,
	"preview_text" text,
	"html" text,
	"text" text,
	"config" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"content_hash" text collate "C",
	"created_by" uuid,
	CONSTRAINT "campaign_step_versions_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "campaign_step_versions_version_unique" UNIQUE("tenant_id","step_id","version"),
	CONSTRAINT "valid_step_type" CHECK ("campaign_step_versions"."step_type" in ('email', 'wait', 'condition', 'action'))
);

ALTER TABLE "campaign_step_versions" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "campaign_steps" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"step_order" integer NOT NULL,
	"step_type" varchar(50) NOT NULL,
	"name" text,
	"step_key" uuid DEFAULT uuidv7() NOT NULL,
	"template_id" uuid,
	"template_version" integer,
	"subject_line" varchar(500),
	"preview_text" text,
	"email_content" text,
	"email_text" text,
	"email_account_id" uuid,
	"reply_in_thread" boolean DEFAULT false NOT NULL,
	"requires_draft_approval" boolean DEFAULT false NOT NULL,
	"wait_duration" jsonb,
	"condition_type" varchar(100),
	"condition_rules" jsonb,
	"wait_up_to" jsonb,
	"action_type" varchar(100),
	"action_config" jsonb,
	"next_step_id" uuid,
	"true_next_step_id" uuid,
	"false_next_step_id" uuid,
	"on_timeout_step_id" uuid,
	"emails_sent" integer DEFAULT 0 NOT NULL,
	"emails_opened" integer DEFAULT 0 NOT NULL,
	"emails_clicked" integer DEFAULT 0 NOT NULL,
	"current_version" integer DEFAULT 0 NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"ui_x" integer,
	"ui_y" integer,
	CONSTRAINT "campaign_steps_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "campaign_steps_order_unique" UNIQUE("tenant_id","campaign_id","step_order") DEFERRABLE INITIALLY IMMEDIATE,
	CONSTRAINT "valid_step_type" CHECK ("campaign_steps"."step_type" in ('email', 'wait', 'condition', 'action')),
	CONSTRAINT "valid_step_order" CHECK (step_order >= 0)
);

ALTER TABLE "campaign_steps" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "step_drivers" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"step_id" uuid NOT NULL,
	"fence" bigint DEFAULT 0 NOT NULL,
	"run_id" text,
	"lease_until" timestamp with time zone,
	"wakes_at" timestamp with time zone,
	"not_before" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "step_drivers_step_unique" UNIQUE("tenant_id","step_id")
);

ALTER TABLE "step_drivers" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "campaign_drivers" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"phase" text DEFAULT 'freezing' NOT NULL,
	"checkpoint" uuid,
	"fence" bigint DEFAULT 0 NOT NULL,
	"run_id" text,
	"lease_until" timestamp with time zone,
	"wakes_at" timestamp with time zone,
	"not_before" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "campaign_drivers_campaign_unique" UNIQUE("tenant_id","campaign_id"),
	CONSTRAINT "valid_phase" CHECK ("campaign_drivers"."phase" in ('freezing', 'running', 'settling', 'done'))
);

ALTER TABLE "campaign_drivers" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "campaign_settings" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"send_window_start" time DEFAULT '09:00' NOT NULL,
	"send_window_end" time DEFAULT '18:00' NOT NULL,
	"send_days" text[] DEFAULT '{"mon","tue","wed","thu","fri"}' NOT NULL,
	"timezone" text DEFAULT 'UTC' NOT NULL,
	"daily_limit" integer DEFAULT 50 NOT NULL,
	"delay_between_emails_seconds" integer DEFAULT 120 NOT NULL,
	"no_limits" boolean DEFAULT false NOT NULL,
	"timezone_mode" text DEFAULT 'campaign' NOT NULL,
	"use_business_hours" boolean DEFAULT false NOT NULL,
	"skip_holidays" boolean DEFAULT false NOT NULL,
	"holiday_calendar" text,
	"ramp" jsonb,
	"stop_on_auto_reply" boolean DEFAULT false NOT NULL,
	"max_per_company_day" integer,
	"optimize_send_time" boolean DEFAULT false NOT NULL,
	CONSTRAINT "campaign_settings_campaign_id_unique" UNIQUE("tenant_id","campaign_id"),
	CONSTRAINT "valid_send_days" CHECK (send_days <@ array['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] and cardinality(send_days) > 0),
	CONSTRAINT "valid_limits" CHECK (daily_limit > 0 and delay_between_emails_seconds >= 0 and max_per_company_day > 0),
	CONSTRAINT "valid_timezone_mode" CHECK ("campaign_settings"."timezone_mode" in ('campaign', 'recipient', 'coordinated'))
);

ALTER TABLE "campaign_settings" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "campaign_usage" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"day" date NOT NULL,
	"reserved" integer DEFAULT 0 NOT NULL,
	"sent" integer DEFAULT 0 NOT NULL,
	"last_slot_at" timestamp with time zone,
	"last_claimed_at" timestamp with time zone,
	CONSTRAINT "campaign_usage_day_unique" UNIQUE("tenant_id","campaign_id","day"),
	CONSTRAINT "valid_counts" CHECK (reserved >= 0 and sent >= 0)
);

ALTER TABLE "campaign_usage" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "campaigns" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"name" text collate "C" NOT NULL,
	"description" text,
	"campaign_type" varchar(50) NOT NULL,
	"status" varchar(50) DEFAULT 'draft' NOT NULL,
	"goal" text,
	"category" text,
	"priority" integer DEFAULT 50 NOT NULL,
	"segment_id" uuid,
	"audience" jsonb DEFAULT '{"everyone":false,"include":[],"exclude":[]}'::jsonb NOT NULL,
	"from_email" varchar(255) NOT NULL,
	"from_name" varchar(255) NOT NULL,
	"reply_to_email" varchar(255),
	"email_account_id" uuid,
	"rotation_pool_id" uuid,
	"send_strategy" varchar(50) DEFAULT 'immediate' NOT NULL,
	"start_date" timestamp with time zone,
	"end_date" timestamp with time zone,
	"timezone" varchar(100) DEFAULT 'UTC' NOT NULL,
	"track_opens" boolean DEFAULT true NOT NULL,
	"track_clicks" boolean DEFAULT true NOT NULL,
	"unsubscribe_enabled" boolean DEFAULT true NOT NULL,
	"reply_stops" boolean DEFAULT true NOT NULL,
	"plain_text_only" boolean DEFAULT false NOT NULL,
	"utm" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"reenroll_policy" jsonb DEFAULT '{"mode":"never"}'::jsonb NOT NULL,
	"total_contacts" integer DEFAULT 0 NOT NULL,
	"emails_sent" integer DEFAULT 0 NOT NULL,
	"emails_opened" integer DEFAULT 0 NOT NULL,
	"emails_clicked" integer DEFAULT 0 NOT NULL,
	"emails_replied" integer DEFAULT 0 NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"launched_at" timestamp with time zone,
	"launched_by" uuid,
	"frozen_at" timestamp with time zone,
	"audience_up_to" uuid,
	"paused_at" timestamp with time zone,
	"pause_reason" text,
	"completed_at" timestamp with time zone,
	"completion_reason" text,
	"archived_at" timestamp with time zone,
	"deleted_at" timestamp with time zone,
	"created_by" uuid,
	CONSTRAINT "campaigns_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_campaign_type" CHECK ("campaigns"."campaign_type" in ('broadcast', 'drip', 'triggered', 'ab_test')),
	CONSTRAINT "valid_status" CHECK ("campaigns"."status" in ('draft', 'scheduled', 'active', 'paused', 'completed')),
	CONSTRAINT "valid_send_strategy" CHECK ("campaigns"."send_strategy" in ('immediate', 'scheduled', 'optimized')),
	CONSTRAINT "valid_dates" CHECK (end_date > start_date),
	CONSTRAINT "valid_priority" CHECK (priority between 1 and 100),
	CONSTRAINT "valid_name" CHECK (char_length(name) between 1 and 255)
);

ALTER TABLE "campaigns" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "consent_records" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"contact_id" uuid NOT NULL,
	"action" text NOT NULL,
	"basis" text,
	"source" text,
	"category" text,
	"ip" text,
	"occurred_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "valid_action" CHECK ("consent_records"."action" in ('granted', 'withdrawn'))
);

ALTER TABLE "consent_records" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "contact_events" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"contact_id" uuid NOT NULL,
	"type" text collate "C" NOT NULL,
	"ref_type" text,
	"ref_id" uuid,
	"actor_id" uuid,
	"data" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"occurred_at" timestamp with time zone DEFAULT app_now() NOT NULL
);

ALTER TABLE "contact_events" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "contacts" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"email" text collate "C" NOT NULL,
	"email_normalized" text collate "C" NOT NULL,
	"first_name" text collate "C",
	"last_name" text collate "C",
	"name" text collate "C",
	"company" text collate "C",
	"job_title" text collate "C",
	"phone" text collate "C",
	"city" text collate "C",
	"state" text collate "C",
	"country" text collate "C",
	"timezone" text,
	"language" text,
	"custom_fields" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"raw_data" jsonb,
	"enriched_data" jsonb,
	"status" text DEFAULT 'active' NOT NULL,
	"lifecycle_stage" text DEFAULT 'new' NOT NULL,
	"lead_score" integer DEFAULT 0 NOT NULL,
	"first_source_import_id" uuid,
	"consent_basis" text,
	"consent_source" text,
	"consent_at" timestamp with time zone,
	"unsubscribed_at" timestamp with time zone,
	"bounced_at" timestamp with time zone,
	"complained_at" timestamp with time zone,
	"last_emailed_at" timestamp with time zone,
	"last_opened_at" timestamp with time zone,
	"last_clicked_at" timestamp with time zone,
	"last_replied_at" timestamp with time zone,
	"last_activity_at" timestamp with time zone,
	"soft_bounce_count" integer DEFAULT 0 NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"deleted_at" timestamp with time zone,
	CONSTRAINT "contacts_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_status" CHECK ("contacts"."status" in ('active', 'unsubscribed', 'bounced', 'complained', 'archived')),
	CONSTRAINT "valid_lifecycle_stage" CHECK ("contacts"."lifecycle_stage" in ('new', 'contacted', 'replied', 'interested', 'not_interested', 'meeting_booked', 'customer', 'churned')),
	CONSTRAINT "valid_lead_score" CHECK (lead_score between 0 and 100)
);

ALTER TABLE "contacts" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "custom_field_definitions" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"field_name" text collate "C" NOT NULL,
	"label" text NOT NULL,
	"field_type" text DEFAULT 'text' NOT NULL,
	"required" boolean DEFAULT false NOT NULL,
	"default_value" jsonb,
	"options" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"validation" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"position" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "custom_field_definitions_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_field_type" CHECK ("custom_field_definitions"."field_type" in ('text', 'number', 'date', 'boolean', 'select', 'multi_select')),
	CONSTRAINT "valid_field_name" CHECK (field_name ~ '^[a-z][a-z0-9_]{0,62}$')
);

ALTER TABLE "custom_field_definitions" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "domains" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"domain" text collate "C" NOT NULL,
	"verification_status" text DEFAULT 'pending' NOT NULL,
	"dns_records" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"dkim_selector" text,
	"dkim_key_sealed" text,
	"is_primary" boolean DEFAULT false NOT NULL,
	"tracking_domain" text collate "C",
	"return_path" text collate "C",
	"verified_at" timestamp with time zone,
	"last_checked_at" timestamp with time zone,
	CONSTRAINT "domains_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "domains_domain_unique" UNIQUE("tenant_id","domain"),
	CONSTRAINT "valid_verification_status" CHECK ("domains"."verification_status" in ('pending', 'verified', 'failed'))
);

ALTER TABLE "domains" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "campaign_approvals" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"submission_no" integer DEFAULT 1 NOT NULL,
	"approver_role" text collate "C" DEFAULT 'workspace_admin' NOT NULL,
	"required" text DEFAULT 'required' NOT NULL,
	"approval_status" text DEFAULT 'pending' NOT NULL,
	"requested_by" uuid,
	"approved_by" uuid,
	"requested_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"decided_at" timestamp with time zone,
	"expires_at" timestamp with time zone,
	"comments" text,
	"snapshot_version" text,
	"snapshot" jsonb,
	CONSTRAINT "campaign_approvals_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "campaign_approvals_role_unique" UNIQUE("tenant_id","campaign_id","submission_no","approver_role"),
	CONSTRAINT "valid_approval_status" CHECK ("campaign_approvals"."approval_status" in ('pending', 'approved', 'rejected', 'expired', 'void')),
	CONSTRAINT "valid_required" CHECK ("campaign_approvals"."required" in ('required', 'optional'))
);

ALTER TABLE "campaign_approvals" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "email_drafts" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"contact_id" uuid NOT NULL,
	"campaign_id" uuid,
	"step_id" uuid,
	"enrollment_id" uuid,
	"draft_type" text NOT NULL,
	"author" text DEFAULT 'user' NOT NULL,
	"subject" text NOT NULL,
	"body" text NOT NULL,
	"edited_subject" text,
	"edited_body" text,
	"status" text DEFAULT 'draft' NOT NULL,
	"approved_at" timestamp with time zone,
	"approved_by" uuid,
	"rejected_at" timestamp with time zone,
	"reject_reason" text,
	"expires_at" timestamp with time zone,
	CONSTRAINT "email_drafts_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_draft_type" CHECK ("email_drafts"."draft_type" in ('first_outreach', 'second_followup', 'final_followup')),
	CONSTRAINT "valid_author" CHECK ("email_drafts"."author" in ('user', 'ai', 'rule')),
	CONSTRAINT "valid_status" CHECK ("email_drafts"."status" in ('draft', 'approved', 'scheduled', 'sent', 'failed', 'rejected', 'expired', 'cancelled'))
);

ALTER TABLE "email_drafts" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "scheduled_emails" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"draft_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"campaign_id" uuid,
	"email_account_id" uuid NOT NULL,
	"scheduled_for" timestamp with time zone NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"message_id" uuid,
	"problem" text,
	CONSTRAINT "scheduled_emails_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_status" CHECK ("scheduled_emails"."status" in ('pending', 'claimed', 'sent', 'cancelled', 'failed', 'skipped'))
);

ALTER TABLE "scheduled_emails" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "email_accounts" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"domain_id" uuid,
	"email" text collate "C" NOT NULL,
	"display_name" text,
	"provider" text DEFAULT 'smtp' NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"status_reason" text,
	"status_until" timestamp with time zone,
	"last_error" text,
	"secret_sealed" text,
	"smtp_host" text,
	"smtp_port" integer,
	"smtp_security" text,
	"smtp_username" text,
	"imap_host" text,
	"imap_port" integer,
	"imap_security" text,
	"imap_username" text,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"reply_to" text collate "C",
	"signature" text,
	"timezone" text DEFAULT 'UTC' NOT NULL,
	"daily_limit" integer,
	"hourly_limit" integer,
	"min_delay_seconds" integer DEFAULT 0 NOT NULL,
	"lanes" integer DEFAULT 1 NOT NULL,
	"warmup_enabled" boolean DEFAULT false NOT NULL,
	"warmup_daily_limit" integer,
	"warmup_started_at" timestamp with time zone,
	"health_score" integer DEFAULT 100 NOT NULL,
	"consecutive_failures" integer DEFAULT 0 NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	"last_verified_at" timestamp with time zone,
	"last_sync_at" timestamp with time zone,
	"created_by" uuid,
	CONSTRAINT "email_accounts_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "email_accounts_email_unique" UNIQUE("tenant_id","workspace_id","email"),
	CONSTRAINT "valid_provider" CHECK ("email_accounts"."provider" in ('sandbox', 'smtp', 'outlook', 'gmail', 'relay')),
	CONSTRAINT "valid_status" CHECK ("email_accounts"."status" in ('pending', 'active', 'paused', 'cooling_down', 'rate_limited', 'disabled', 'error')),
	CONSTRAINT "valid_limits" CHECK (daily_limit > 0 and hourly_limit > 0 and min_delay_seconds >= 0 and lanes between 1 and 50),
	CONSTRAINT "valid_health_score" CHECK (health_score between 0 and 100)
);

ALTER TABLE "email_accounts" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "mailbox_lanes" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"email_account_id" uuid NOT NULL,
	"lane" integer DEFAULT 0 NOT NULL,
	"fence" bigint DEFAULT 0 NOT NULL,
	"run_id" text,
	"lease_until" timestamp with time zone,
	"wakes_at" timestamp with time zone,
	"not_before" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_slot_at" timestamp with time zone,
	CONSTRAINT "mailbox_lanes_lane_unique" UNIQUE("tenant_id","email_account_id","lane")
);

ALTER TABLE "mailbox_lanes" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "mailbox_usage" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"email_account_id" uuid NOT NULL,
	"day" date NOT NULL,
	"reserved" integer DEFAULT 0 NOT NULL,
	"sent" integer DEFAULT 0 NOT NULL,
	"bounced" integer DEFAULT 0 NOT NULL,
	"complained" integer DEFAULT 0 NOT NULL,
	"failed" integer DEFAULT 0 NOT NULL,
	"last_slot_at" timestamp with time zone,
	"last_claimed_at" timestamp with time zone,
	CONSTRAINT "mailbox_usage_day_unique" UNIQUE("tenant_id","email_account_id","day"),
	CONSTRAINT "valid_counts" CHECK (reserved >= 0 and sent >= 0)
);

ALTER TABLE "mailbox_usage" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "email_events" (
	"id" uuid DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"campaign_id" uuid,
	"step_id" uuid,
	"contact_id" uuid,
	"enrollment_id" uuid,
	"type" text NOT NULL,
	"occurred_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"ip" text,
	"user_agent" text,
	"link_index" integer,
	"url" text,
	"is_machine" boolean DEFAULT false NOT NULL,
	"machine_reason" text,
	"dedupe_key" text collate "C",
	"data" jsonb,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "email_events_pkey" PRIMARY KEY("id","occurred_at"),
	CONSTRAINT "valid_type" CHECK ("email_events"."type" in ('sent', 'delivered', 'deferred', 'bounced', 'failed', 'opened', 'clicked', 'replied', 'complained', 'unsubscribed'))
) PARTITION BY RANGE (occurred_at);

ALTER TABLE "email_events" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "event_dedupe" (
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"dedupe_key" text collate "C" NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "event_dedupe_pkey" PRIMARY KEY("tenant_id","dedupe_key")
);

ALTER TABLE "event_dedupe" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "idempotency_keys" (
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"scope" text collate "C" NOT NULL,
	"key" text collate "C" NOT NULL,
	"request_hash" text,
	"result" jsonb,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY("tenant_id","scope","key")
);

ALTER TABLE "idempotency_keys" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "tracked_links" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"campaign_id" uuid,
	"step_id" uuid,
	"step_version_id" uuid,
	"message_id" uuid,
	"link_index" integer NOT NULL,
	"url" text NOT NULL,
	"label" text,
	"token" text collate "C",
	CONSTRAINT "tracked_links_token_unique" UNIQUE("token"),
	CONSTRAINT "tracked_links_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "tracked_links_index_unique" UNIQUE NULLS NOT DISTINCT("tenant_id","step_version_id","message_id","link_index")
);

ALTER TABLE "tracked_links" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "queue"."events" (
	"id" text PRIMARY KEY NOT NULL,
	"external_id" text,
	"name" text NOT NULL,
	"event" json NOT NULL,
	"ts" bigint NOT NULL,
	"received_at" timestamp with time zone DEFAULT app_now() NOT NULL
);

CREATE TABLE "queue"."run_keys" (
	"function_id" text NOT NULL,
	"key" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "run_keys_function_id_key_pk" PRIMARY KEY("function_id","key")
);

CREATE TABLE "queue"."apps" (
	"id" text PRIMARY KEY NOT NULL,
	"sdk" text DEFAULT '' NOT NULL,
	"url" text NOT NULL,
	"refusal" text,
	"synced_at" timestamp with time zone DEFAULT app_now() NOT NULL
);

CREATE TABLE "queue"."cron_fires" (
	"function_id" text NOT NULL,
	"expression" text NOT NULL,
	"fire_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "cron_fires_function_id_expression_fire_at_pk" PRIMARY KEY("function_id","expression","fire_at")
);

CREATE TABLE "queue"."crons" (
	"function_id" text NOT NULL,
	"expression" text NOT NULL,
	"next_at" timestamp with time zone NOT NULL,
	CONSTRAINT "crons_function_id_expression_pk" PRIMARY KEY("function_id","expression")
);

CREATE TABLE "queue"."functions" (
	"id" text PRIMARY KEY NOT NULL,
	"app_id" text NOT NULL,
	"name" text NOT NULL,
	"queue_name" text NOT NULL,
	"priority" integer DEFAULT 0 NOT NULL,
	"max_attempts" integer NOT NULL,
	"config" json NOT NULL,
	"checksum" text NOT NULL,
	"concurrency_limit_1" integer,
	"concurrency_limit_2" integer,
	"registered_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"removed_at" timestamp with time zone
);

CREATE TABLE "queue"."jobs" (
	"id" uuid DEFAULT uuidv7() NOT NULL,
	"queue_name" text NOT NULL,
	"tenant_id" uuid,
	"priority" integer DEFAULT 0 NOT NULL,
	"run_id" text NOT NULL,
	"function_id" text NOT NULL,
	"kind" text NOT NULL,
	"step_id" text DEFAULT '' NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"max_attempts" integer DEFAULT 1 NOT NULL,
	"lost" integer DEFAULT 0 NOT NULL,
	"again" boolean DEFAULT false NOT NULL,
	"last_error" text,
	"concurrency_key_1" text,
	"concurrency_key_2" text,
	"fence" integer DEFAULT 0 NOT NULL,
	"lease_owner" text,
	"lease_until" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "jobs_id_queue_name_pk" PRIMARY KEY("id","queue_name"),
	CONSTRAINT "jobs_once_key" UNIQUE("run_id","kind","step_id","queue_name"),
	CONSTRAINT "jobs_kind_check" CHECK ("queue"."jobs"."kind" in ('discover', 'step', 'sleep', 'timeout'))
) PARTITION BY LIST (queue_name);

CREATE TABLE "queue"."runs" (
	"id" text PRIMARY KEY NOT NULL,
	"function_id" text NOT NULL,
	"queue_name" text NOT NULL,
	"tenant_id" uuid,
	"priority" integer DEFAULT 0 NOT NULL,
	"max_attempts" integer NOT NULL,
	"events" json NOT NULL,
	"status" text DEFAULT 'running' NOT NULL,
	"output" json,
	"race" boolean DEFAULT false NOT NULL,
	"step_count" integer DEFAULT 0 NOT NULL,
	"state_bytes" bigint DEFAULT 0 NOT NULL,
	"concurrency_key_1" text,
	"concurrency_key_2" text,
	"singleton_key" text,
	"parent_run_id" text,
	"parent_step_id" text,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "runs_status_check" CHECK ("queue"."runs"."status" in ('running', 'completed', 'failed', 'cancelled'))
);

CREATE TABLE "queue"."steps" (
	"run_id" text NOT NULL,
	"step_id" text NOT NULL,
	"seq" integer NOT NULL,
	"name" text NOT NULL,
	"op" text NOT NULL,
	"result" json NOT NULL,
	"attempts" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "steps_run_id_step_id_pk" PRIMARY KEY("run_id","step_id")
);

CREATE TABLE "queue"."waits" (
	"run_id" text NOT NULL,
	"step_id" text NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"step_name" text DEFAULT '' NOT NULL,
	"expression" text,
	"match_path" text DEFAULT '' NOT NULL,
	"match_value" text DEFAULT '' NOT NULL,
	"expires_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "waits_run_id_step_id_pk" PRIMARY KEY("run_id","step_id"),
	CONSTRAINT "waits_kind_check" CHECK ("queue"."waits"."kind" in ('wait', 'cancel', 'invoke'))
);

CREATE TABLE "queue"."workers" (
	"url" text PRIMARY KEY NOT NULL,
	"app_id" text,
	"instance" text,
	"beat_at" timestamp with time zone,
	"seen_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"registered_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

CREATE TABLE "campaign_contact_runs" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"enrollment_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"run_number" integer NOT NULL,
	"status" text NOT NULL,
	"exit_reason" text,
	"enrolled_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone NOT NULL,
	"steps_completed" integer DEFAULT 0 NOT NULL,
	"total_emails_sent" integer DEFAULT 0 NOT NULL,
	"total_opens" integer DEFAULT 0 NOT NULL,
	"total_clicks" integer DEFAULT 0 NOT NULL,
	"context" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "campaign_contact_runs_number_unique" UNIQUE("tenant_id","enrollment_id","run_number"),
	CONSTRAINT "valid_status" CHECK ("campaign_contact_runs"."status" in ('enrolled', 'active', 'paused', 'completed', 'replied', 'bounced', 'unsubscribed', 'exited', 'failed'))
);

ALTER TABLE "campaign_contact_runs" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "campaign_contacts" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"status" varchar(50) DEFAULT 'enrolled' NOT NULL,
	"run_number" integer DEFAULT 1 NOT NULL,
	"current_step_id" uuid,
	"entered_step_at" timestamp with time zone,
	"visit" integer DEFAULT 1 NOT NULL,
	"steps_completed" integer DEFAULT 0 NOT NULL,
	"enrolled_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"last_email_sent_at" timestamp with time zone,
	"last_message_id" uuid,
	"next_email_scheduled_at" timestamp with time zone,
	"due_local" timestamp,
	"tz_used" text,
	"wait_reason" text,
	"wait_detail" jsonb,
	"wait_until" timestamp with time zone,
	"awaiting_message_id" uuid,
	"pinned_account_id" uuid,
	"variant_id" uuid,
	"lease_until" timestamp with time zone,
	"lease_owner" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"context" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"completed_at" timestamp with time zone,
	"replied_at" timestamp with time zone,
	"paused_at" timestamp with time zone,
	"exited_at" timestamp with time zone,
	"exit_reason" text,
	"total_emails_sent" integer DEFAULT 0 NOT NULL,
	"total_opens" integer DEFAULT 0 NOT NULL,
	"total_clicks" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "campaign_contacts_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "campaign_contacts_contact_unique" UNIQUE("tenant_id","campaign_id","contact_id"),
	CONSTRAINT "valid_status" CHECK ("campaign_contacts"."status" in ('enrolled', 'active', 'paused', 'completed', 'replied', 'bounced', 'unsubscribed', 'exited', 'failed')),
	CONSTRAINT "valid_visit" CHECK (run_number > 0 and visit > 0),
	CONSTRAINT "live_has_place" CHECK (status not in ('enrolled', 'active') or (current_step_id is not null
        and (next_email_scheduled_at is not null or wait_reason is not null)))
);

ALTER TABLE "campaign_contacts" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "enrollment_step_log" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"enrollment_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"step_id" uuid NOT NULL,
	"step_version_id" uuid,
	"run_number" integer NOT NULL,
	"visit" integer NOT NULL,
	"entered_at" timestamp with time zone NOT NULL,
	"left_at" timestamp with time zone,
	"outcome" text,
	"next_step_id" uuid,
	"message_id" uuid,
	"detail" jsonb,
	CONSTRAINT "enrollment_step_log_visit_unique" UNIQUE("tenant_id","enrollment_id","run_number","step_id","visit")
);

ALTER TABLE "enrollment_step_log" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "export_jobs" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"export_type" text NOT NULL,
	"segment_id" uuid,
	"filters" jsonb,
	"scope_snapshot" jsonb,
	"selected_fields" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"include_custom_fields" boolean DEFAULT true NOT NULL,
	"include_engagement" boolean DEFAULT false NOT NULL,
	"file_format" text DEFAULT 'csv' NOT NULL,
	"file_name" text,
	"file_url" text,
	"file_size" bigint,
	"status" text DEFAULT 'pending' NOT NULL,
	"problem" text,
	"total_contacts" integer,
	"processed_contacts" integer DEFAULT 0 NOT NULL,
	"checkpoint" jsonb,
	"started_at" timestamp with time zone,
	"completed_at" timestamp with time zone,
	"expires_at" timestamp with time zone,
	"created_by" uuid,
	"fence" bigint DEFAULT 0 NOT NULL,
	"run_id" text,
	"lease_until" timestamp with time zone,
	"wakes_at" timestamp with time zone,
	"not_before" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "export_jobs_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_status" CHECK ("export_jobs"."status" in ('pending', 'processing', 'completed', 'failed', 'expired')),
	CONSTRAINT "valid_export_type" CHECK ("export_jobs"."export_type" in ('full', 'filtered', 'segment')),
	CONSTRAINT "valid_file_format" CHECK ("export_jobs"."file_format" in ('csv', 'xlsx', 'json'))
);

ALTER TABLE "export_jobs" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "import_events" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"import_job_id" uuid NOT NULL,
	"contact_id" uuid,
	"contact_email" text collate "C" NOT NULL,
	"row_no" integer,
	"event_type" text NOT NULL,
	"previous_data" jsonb,
	"new_data" jsonb,
	"contact_version" integer,
	"tags_added" uuid[] DEFAULT '{}' NOT NULL,
	"segments_added" uuid[] DEFAULT '{}' NOT NULL,
	"undone_at" timestamp with time zone,
	"undo_outcome" text,
	CONSTRAINT "valid_event_type" CHECK ("import_events"."event_type" in ('created', 'updated', 'skipped'))
);

ALTER TABLE "import_events" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "import_jobs" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"source" text DEFAULT 'upload' NOT NULL,
	"file_name" text NOT NULL,
	"file_size" bigint,
	"file_url" text,
	"file_type" text DEFAULT 'csv' NOT NULL,
	"file_hash" text collate "C",
	"file_format" jsonb,
	"field_mapping" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"transformations" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"import_options" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"total_rows" integer,
	"processed_rows" integer DEFAULT 0 NOT NULL,
	"imported_count" integer DEFAULT 0 NOT NULL,
	"created_count" integer DEFAULT 0 NOT NULL,
	"updated_count" integer DEFAULT 0 NOT NULL,
	"unchanged_count" integer DEFAULT 0 NOT NULL,
	"skipped_count" integer DEFAULT 0 NOT NULL,
	"error_count" integer DEFAULT 0 NOT NULL,
	"warning_count" integer DEFAULT 0 NOT NULL,
	"errors" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"skip_reasons" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"problem" text,
	"checkpoint_row" integer DEFAULT 0 NOT NULL,
	"checkpoint" jsonb,
	"segment_id" uuid,
	"started_at" timestamp with time zone,
	"completed_at" timestamp with time zone,
	"created_by" uuid,
	"can_rollback" boolean DEFAULT true NOT NULL,
	"rollback_deadline" timestamp with time zone,
	"rolled_back_at" timestamp with time zone,
	"rolled_back_by" uuid,
	"rollback_report" jsonb,
	"fence" bigint DEFAULT 0 NOT NULL,
	"run_id" text,
	"lease_until" timestamp with time zone,
	"wakes_at" timestamp with time zone,
	"not_before" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "import_jobs_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_status" CHECK ("import_jobs"."status" in ('pending', 'validating', 'awaiting_confirmation', 'processing', 'completed', 'failed', 'cancelled', 'rolling_back', 'rolled_back')),
	CONSTRAINT "valid_source" CHECK ("import_jobs"."source" in ('upload', 'scheduled', 'api', 'campaign_wizard')),
	CONSTRAINT "valid_file_type" CHECK ("import_jobs"."file_type" in ('csv', 'tsv', 'xlsx', 'json'))
);

ALTER TABLE "import_jobs" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "import_row_errors" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"import_job_id" uuid NOT NULL,
	"row_no" integer NOT NULL,
	"field" text,
	"value" text,
	"code" text collate "C" NOT NULL,
	"message" text NOT NULL,
	"severity" text DEFAULT 'error' NOT NULL,
	"raw_row" jsonb,
	CONSTRAINT "valid_severity" CHECK ("import_row_errors"."severity" in ('error', 'warning'))
);

ALTER TABLE "import_row_errors" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "import_schedules" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"name" text collate "C" NOT NULL,
	"source" text NOT NULL,
	"secret_sealed" text,
	"config" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"cron" text NOT NULL,
	"timezone" text DEFAULT 'UTC' NOT NULL,
	"field_mapping" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"import_options" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"notify_email" text collate "C",
	"last_run_at" timestamp with time zone,
	"next_run_at" timestamp with time zone,
	"failures" integer DEFAULT 0 NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	CONSTRAINT "import_schedules_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "import_schedules_name_unique" UNIQUE("tenant_id","workspace_id","name"),
	CONSTRAINT "valid_source" CHECK ("import_schedules"."source" in ('sftp', 'https', 'api'))
);

ALTER TABLE "import_schedules" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "inbox_notes" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"thread_id" uuid NOT NULL,
	"author_id" uuid,
	"body" text NOT NULL
);

ALTER TABLE "inbox_notes" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "inbox_tags" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"thread_id" uuid NOT NULL,
	"name" text collate "C" NOT NULL,
	CONSTRAINT "inbox_tags_name_unique" UNIQUE("tenant_id","thread_id","name")
);

ALTER TABLE "inbox_tags" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "inbox_threads" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"email_account_id" uuid,
	"contact_id" uuid,
	"campaign_id" uuid,
	"subject" text,
	"status" text DEFAULT 'open' NOT NULL,
	"category" text,
	"assigned_to" uuid,
	"is_unread" boolean DEFAULT true NOT NULL,
	"starred" boolean DEFAULT false NOT NULL,
	"snoozed_until" timestamp with time zone,
	"last_message_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "inbox_threads_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_status" CHECK ("inbox_threads"."status" in ('open', 'snoozed', 'archived', 'closed', 'trash'))
);

ALTER TABLE "inbox_threads" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "domain_ip_assignments" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"domain_id" uuid NOT NULL,
	"ip_address_id" uuid NOT NULL,
	"assigned_at" timestamp with time zone NOT NULL,
	"released_at" timestamp with time zone,
	CONSTRAINT "domain_ip_assignments_unique" UNIQUE("tenant_id","domain_id","ip_address_id","assigned_at")
);

ALTER TABLE "domain_ip_assignments" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "smtp_ip_addresses" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"ip_address" text collate "C" NOT NULL,
	"hostname" text collate "C",
	"vps_instance_id" uuid,
	"status" text DEFAULT 'active' NOT NULL,
	"reputation" integer,
	"blacklists" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "smtp_ip_addresses_ip_unique" UNIQUE("ip_address"),
	CONSTRAINT "valid_status" CHECK ("smtp_ip_addresses"."status" in ('active', 'warming', 'paused', 'retired'))
);

CREATE TABLE "vps_instances" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"name" text collate "C" NOT NULL,
	"provider" text,
	"region" text,
	"status" text DEFAULT 'active' NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "vps_instances_name_unique" UNIQUE("name")
);

CREATE TABLE "content"."attachments" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"storage_key" text collate "C" NOT NULL,
	"message_id" uuid,
	"filename" text NOT NULL,
	"mime" text NOT NULL,
	"size_bytes" integer NOT NULL,
	"hash" text collate "C",
	"disposition" text DEFAULT 'attachment' NOT NULL,
	"content_id" text,
	"expires_at" timestamp with time zone,
	CONSTRAINT "valid_disposition" CHECK ("content"."attachments"."disposition" in ('attachment', 'inline'))
);

ALTER TABLE "content"."attachments" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "content"."email_content" (
	"id" uuid DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"storage_key" text collate "C" NOT NULL,
	"message_id" uuid,
	"step_version_id" uuid,
	"variant_id" uuid,
	"headers" jsonb,
	"html" "bytea",
	"text" "bytea",
	"raw" "bytea",
	"size_bytes" integer DEFAULT 0 NOT NULL,
	"hash" text collate "C",
	"compression" text DEFAULT 'none' NOT NULL,
	"expires_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "email_content_pkey" PRIMARY KEY("id","created_at"),
	CONSTRAINT "valid_compression" CHECK ("content"."email_content"."compression" in ('none', 'gzip', 'brotli'))
) PARTITION BY RANGE (created_at);

ALTER TABLE "content"."email_content" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "content"."email_messages" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"storage_key" text collate "C" DEFAULT uuidv7()::text NOT NULL,
	"email_account_id" uuid,
	"campaign_id" uuid,
	"contact_id" uuid,
	"enrollment_id" uuid,
	"step_id" uuid,
	"step_version_id" uuid,
	"variant_id" uuid,
	"draft_id" uuid,
	"run_number" integer,
	"visit" integer,
	"parent_message_id" uuid,
	"thread_id" uuid,
	"direction" text DEFAULT 'outbound' NOT NULL,
	"message_type" text DEFAULT 'email' NOT NULL,
	"is_test" boolean DEFAULT false NOT NULL,
	"from_email" text collate "C" NOT NULL,
	"from_name" text,
	"to_email" text collate "C" NOT NULL,
	"reply_to" text collate "C",
	"recipient_domain" text collate "C",
	"subject" text,
	"snippet" text,
	"merge_values" jsonb,
	"rfc_message_id" text collate "C",
	"in_reply_to" text collate "C",
	"references" text,
	"delivery_status" text DEFAULT 'queued' NOT NULL,
	"idempotency_key" text collate "C",
	"reason_code" text,
	"error" text,
	"smtp_response" text,
	"scheduled_for" timestamp with time zone,
	"campaign_day" date,
	"mailbox_day" date,
	"send_before" timestamp with time zone,
	"next_attempt_at" timestamp with time zone,
	"claim_token" uuid,
	"claimed_at" timestamp with time zone,
	"lease_until" timestamp with time zone,
	"first_attempt_at" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"processed" boolean DEFAULT false NOT NULL,
	"sent_at" timestamp with time zone,
	"delivered_at" timestamp with time zone,
	"first_opened_at" timestamp with time zone,
	"open_count" integer DEFAULT 0 NOT NULL,
	"machine_open_count" integer DEFAULT 0 NOT NULL,
	"first_clicked_at" timestamp with time zone,
	"click_count" integer DEFAULT 0 NOT NULL,
	"machine_click_count" integer DEFAULT 0 NOT NULL,
	"replied_at" timestamp with time zone,
	"received_at" timestamp with time zone,
	"bounced_at" timestamp with time zone,
	"bounce_type" text,
	"bounce_code" text,
	"complained_at" timestamp with time zone,
	"unsubscribed_at" timestamp with time zone,
	"body_hash" text,
	"status" text GENERATED ALWAYS AS (case
        when direction = 'outbound' and delivery_status in ('sent', 'delivered') and replied_at is not null then 'replied'
        when direction = 'outbound' and delivery_status in ('sent', 'delivered') and first_opened_at is not null then 'opened'
        when delivery_status in ('queued', 'sending', 'deferred') then 'queued'
        when delivery_status in ('cancelled', 'unknown') then 'failed'
        when delivery_status = 'received' then 'delivered'
        else delivery_status end) STORED,
	CONSTRAINT "email_messages_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_direction" CHECK ("content"."email_messages"."direction" in ('inbound', 'outbound')),
	CONSTRAINT "valid_message_type" CHECK ("content"."email_messages"."message_type" in ('email', 'bounce', 'auto_reply')),
	CONSTRAINT "valid_delivery_status" CHECK ("content"."email_messages"."delivery_status" in ('queued', 'sending', 'sent', 'delivered', 'deferred', 'bounced', 'failed', 'cancelled', 'received', 'unknown')),
	CONSTRAINT "valid_bounce_type" CHECK ("content"."email_messages"."bounce_type" in ('hard', 'soft', 'block'))
);

ALTER TABLE "content"."email_messages" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "notify"."admin_system_events" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"event_type" text collate "C" NOT NULL,
	"severity" text NOT NULL,
	"message" text NOT NULL,
	"data" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"resolved_at" timestamp with time zone,
	"resolved_by" uuid,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "valid_severity" CHECK ("notify"."admin_system_events"."severity" in ('low', 'medium', 'high', 'critical'))
);

CREATE TABLE "notify"."feature_flags" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"flag" text collate "C" NOT NULL,
	"is_enabled" boolean DEFAULT false NOT NULL,
	"tenant_ids" uuid[] DEFAULT '{}' NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "feature_flags_flag_unique" UNIQUE("flag")
);

CREATE TABLE "notify"."notifications" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"workspace_id" uuid,
	"user_id" uuid NOT NULL,
	"notification_type" text collate "C" NOT NULL,
	"channel" text DEFAULT 'in_app' NOT NULL,
	"title" text NOT NULL,
	"body" text,
	"data" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"read_at" timestamp with time zone,
	"expires_at" timestamp with time zone,
	CONSTRAINT "notifications_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_channel" CHECK ("notify"."notifications"."channel" in ('in_app', 'email', 'push'))
);

ALTER TABLE "notify"."notifications" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "notify"."system_config" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"key" text collate "C" NOT NULL,
	"value" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "system_config_key_unique" UNIQUE("key")
);

CREATE TABLE "notify"."webhook_deliveries" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"webhook_id" uuid NOT NULL,
	"webhook_event_id" uuid NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone,
	"response_status" integer,
	"error" text,
	"delivered_at" timestamp with time zone,
	CONSTRAINT "webhook_deliveries_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "webhook_deliveries_event_unique" UNIQUE("tenant_id","webhook_id","webhook_event_id"),
	CONSTRAINT "valid_status" CHECK ("notify"."webhook_deliveries"."status" in ('pending', 'delivered', 'retrying', 'failed'))
);

ALTER TABLE "notify"."webhook_deliveries" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "notify"."webhook_events" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid,
	"event_type" text collate "C" NOT NULL,
	"payload" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "webhook_events_tenant_id_id_key" UNIQUE("tenant_id","id")
);

ALTER TABLE "notify"."webhook_events" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "notify"."webhooks" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"workspace_id" uuid,
	"url" text NOT NULL,
	"sealed_secret" text NOT NULL,
	"event_types" text[] NOT NULL,
	"filters" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"failures_in_a_row" integer DEFAULT 0 NOT NULL,
	"timeout_seconds" integer DEFAULT 5 NOT NULL,
	CONSTRAINT "webhooks_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_status" CHECK ("notify"."webhooks"."status" in ('active', 'failing', 'paused')),
	CONSTRAINT "valid_url" CHECK (url ~ '^https?://'),
	CONSTRAINT "valid_timeout" CHECK (timeout_seconds between 1 and 30)
);

ALTER TABLE "notify"."webhooks" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "account_health_logs" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"email_account_id" uuid NOT NULL,
	"day" date NOT NULL,
	"health_score" integer NOT NULL,
	"sent" integer DEFAULT 0 NOT NULL,
	"bounce_rate" double precision,
	"complaint_rate" double precision,
	"open_rate" double precision,
	CONSTRAINT "account_health_logs_day_unique" UNIQUE("tenant_id","email_account_id","day"),
	CONSTRAINT "valid_health_score" CHECK (health_score between 0 and 100)
);

ALTER TABLE "account_health_logs" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "pool_members" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"pool_id" uuid NOT NULL,
	"email_account_id" uuid NOT NULL,
	"weight" integer DEFAULT 1 NOT NULL,
	"priority" integer DEFAULT 0 NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	CONSTRAINT "pool_members_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "pool_members_account_unique" UNIQUE("tenant_id","pool_id","email_account_id"),
	CONSTRAINT "valid_status" CHECK ("pool_members"."status" in ('active', 'paused', 'removed')),
	CONSTRAINT "valid_weight" CHECK (weight > 0)
);

ALTER TABLE "pool_members" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "rotation_pools" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"name" text NOT NULL,
	"strategy" text DEFAULT 'round_robin' NOT NULL,
	"daily_limit_per_account" integer,
	"is_active" boolean DEFAULT true NOT NULL,
	CONSTRAINT "rotation_pools_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "rotation_pools_name_unique" UNIQUE("tenant_id","workspace_id","name"),
	CONSTRAINT "valid_strategy" CHECK ("rotation_pools"."strategy" in ('round_robin', 'weighted', 'random')),
	CONSTRAINT "valid_daily_limit" CHECK (daily_limit_per_account > 0)
);

ALTER TABLE "rotation_pools" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "rotation_rules" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"pool_id" uuid NOT NULL,
	"rule" jsonb NOT NULL,
	"priority" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "rotation_rules_tenant_id_id_key" UNIQUE("tenant_id","id")
);

ALTER TABLE "rotation_rules" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "sandbox"."acts" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"message_id" uuid NOT NULL,
	"act" text NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"done_at" timestamp with time zone,
	"result" text,
	CONSTRAINT "valid_act" CHECK (act in ('open', 'click', 'unsubscribe'))
);

CREATE TABLE "sandbox"."messages" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"mailbox" text,
	"mail_from" text collate "C" NOT NULL,
	"rcpt_to" text collate "C" NOT NULL,
	"from_text" text DEFAULT '' NOT NULL,
	"subject" text DEFAULT '' NOT NULL,
	"rfc_message_id" text collate "C",
	"size_bytes" integer NOT NULL,
	"raw" "bytea" NOT NULL,
	"seen_at" timestamp with time zone,
	"received_at" timestamp with time zone DEFAULT app_now() NOT NULL
);

CREATE TABLE "sandbox"."settings" (
	"only_row" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"robot_on" boolean DEFAULT true NOT NULL,
	"open_rate" real DEFAULT 0.6 NOT NULL,
	"click_rate" real DEFAULT 0.2 NOT NULL,
	"unsubscribe_rate" real DEFAULT 0.02 NOT NULL,
	"delay_seconds_min" integer DEFAULT 60 NOT NULL,
	"delay_seconds_max" integer DEFAULT 1200 NOT NULL,
	CONSTRAINT "only_row" CHECK (only_row),
	CONSTRAINT "valid_rates" CHECK (open_rate between 0 and 1 and click_rate between 0 and 1 and unsubscribe_rate between 0 and 1),
	CONSTRAINT "valid_delays" CHECK (delay_seconds_min >= 0 and delay_seconds_max >= delay_seconds_min)
);

CREATE TABLE "contact_scores" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"model_id" uuid NOT NULL,
	"engagement" integer DEFAULT 0 NOT NULL,
	"fit" integer DEFAULT 0 NOT NULL,
	"intent" integer DEFAULT 0 NOT NULL,
	"total" integer DEFAULT 0 NOT NULL,
	"previous_total" integer,
	"overridden_until" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "contact_scores_contact_model_unique" UNIQUE("tenant_id","contact_id","model_id")
);

ALTER TABLE "contact_scores" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "lead_scoring_models" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"name" text collate "C" NOT NULL,
	"rules" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"decay_enabled" boolean DEFAULT true NOT NULL,
	"decay_rate" integer DEFAULT 5 NOT NULL,
	"decay_interval_days" integer DEFAULT 30 NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	CONSTRAINT "lead_scoring_models_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "lead_scoring_models_name_unique" UNIQUE("tenant_id","workspace_id","name")
);

ALTER TABLE "lead_scoring_models" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "score_events" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"contact_id" uuid NOT NULL,
	"model_id" uuid,
	"event_type" text collate "C" NOT NULL,
	"points" integer NOT NULL,
	"score_before" integer NOT NULL,
	"score_after" integer NOT NULL,
	"occurred_at" timestamp with time zone DEFAULT app_now() NOT NULL
);

ALTER TABLE "score_events" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "segment_contacts" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"segment_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"added_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"added_via" text DEFAULT 'manual' NOT NULL,
	"import_job_id" uuid,
	CONSTRAINT "valid_added_via" CHECK ("segment_contacts"."added_via" in ('rule_match', 'manual', 'import', 'action'))
);

ALTER TABLE "segment_contacts" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "segments" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"name" text collate "C" NOT NULL,
	"description" text,
	"segment_type" text NOT NULL,
	"rules" jsonb,
	"contact_count" integer DEFAULT 0 NOT NULL,
	"last_recalculated_at" timestamp with time zone,
	"is_active" boolean DEFAULT true NOT NULL,
	"source_import_id" uuid,
	"created_by" uuid,
	CONSTRAINT "segments_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_segment_type" CHECK ("segments"."segment_type" in ('static', 'dynamic'))
);

ALTER TABLE "segments" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "suppressions" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"email_normalized" text collate "C" NOT NULL,
	"scope" text NOT NULL,
	"workspace_id" uuid,
	"category" text,
	"reason" text NOT NULL,
	"source" text NOT NULL,
	"message_id" uuid,
	"added_by" uuid,
	"expires_at" timestamp with time zone,
	CONSTRAINT "suppressions_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "suppressions_address_unique" UNIQUE NULLS NOT DISTINCT("tenant_id","email_normalized","scope","workspace_id","category"),
	CONSTRAINT "valid_scope" CHECK ("suppressions"."scope" in ('tenant', 'workspace', 'category')),
	CONSTRAINT "valid_workspace" CHECK ((scope = 'tenant') = (workspace_id is null)),
	CONSTRAINT "valid_category" CHECK ((scope = 'category') = (category is not null))
);

ALTER TABLE "suppressions" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "contact_tags" (
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"tag_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "contact_tags_pkey" PRIMARY KEY("tenant_id","contact_id","tag_id")
);

ALTER TABLE "contact_tags" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "tags" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"name" text collate "C" NOT NULL,
	"color" text,
	CONSTRAINT "tags_tenant_id_id_key" UNIQUE("tenant_id","id")
);

ALTER TABLE "tags" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "template_comments" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"template_id" uuid NOT NULL,
	"author_id" uuid,
	"body" text NOT NULL,
	"resolved_at" timestamp with time zone,
	CONSTRAINT "template_comments_tenant_id_id_key" UNIQUE("tenant_id","id")
);

ALTER TABLE "template_comments" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "template_folders" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"name" text collate "C" NOT NULL,
	"parent_id" uuid,
	CONSTRAINT "template_folders_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "template_folders_name_unique" UNIQUE NULLS NOT DISTINCT("tenant_id","workspace_id","parent_id","name")
);

ALTER TABLE "template_folders" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "template_tags" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"template_id" uuid NOT NULL,
	"name" text collate "C" NOT NULL,
	CONSTRAINT "template_tags_name_unique" UNIQUE("tenant_id","template_id","name")
);

ALTER TABLE "template_tags" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "template_variables" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"key" text collate "C" NOT NULL,
	"variable_type" text DEFAULT 'text' NOT NULL,
	"default_value" text,
	"required" boolean DEFAULT false NOT NULL,
	CONSTRAINT "template_variables_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "template_variables_key_unique" UNIQUE("tenant_id","workspace_id","key"),
	CONSTRAINT "valid_variable_type" CHECK ("template_variables"."variable_type" in ('text', 'number', 'date', 'boolean', 'url'))
);

ALTER TABLE "template_variables" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "template_versions" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"template_id" uuid NOT NULL,
	"version_number" integer NOT NULL,
	"name" text,
	"subject" text NOT NULL,
	"html" text NOT NULL,
	"text" text,
	"design" jsonb,
	"created_by" uuid,
	CONSTRAINT "template_versions_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "template_versions_number_unique" UNIQUE("tenant_id","template_id","version_number")
);

ALTER TABLE "template_versions" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "templates" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"name" text collate "C" NOT NULL,
	"description" text,
	"subject" text DEFAULT '' NOT NULL,
	"preview_text" text,
	"html" text DEFAULT '' NOT NULL,
	"text" text,
	"design" jsonb,
	"category" text,
	"status" text DEFAULT 'draft' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"folder_id" uuid,
	"last_used_at" timestamp with time zone,
	"created_by" uuid,
	"deleted_at" timestamp with time zone,
	CONSTRAINT "templates_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_status" CHECK ("templates"."status" in ('draft', 'active', 'archived'))
);

ALTER TABLE "templates" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "audit_log" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid,
	"actor_id" uuid,
	"actor_type" text DEFAULT 'user' NOT NULL,
	"action" text collate "C" NOT NULL,
	"resource_type" text collate "C" NOT NULL,
	"resource_id" uuid,
	"old_value" jsonb,
	"new_value" jsonb,
	"ip" text,
	"user_agent" text,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "valid_actor_type" CHECK ("audit_log"."actor_type" in ('user', 'system', 'api_key', 'operator'))
);

ALTER TABLE "audit_log" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "platform_suppressions" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"email_normalized" text collate "C" NOT NULL,
	"reason" text NOT NULL,
	"source" text NOT NULL,
	"expires_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "platform_suppressions_emailNormalized_unique" UNIQUE("email_normalized")
);

CREATE TABLE "tenant_config" (
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"stripe_customer_id" text,
	"billing_email" text collate "C",
	"billing_address" jsonb,
	"notify_on_billing_changes" boolean DEFAULT true NOT NULL,
	"notify_on_system_updates" boolean DEFAULT true NOT NULL,
	"notify_on_security_alerts" boolean DEFAULT true NOT NULL,
	"theme_mode" text DEFAULT 'system' NOT NULL,
	"theme_primary_color" text,
	"ui_density" text DEFAULT 'comfortable' NOT NULL,
	"ui_logo_url" text,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "tenant_config_pkey" PRIMARY KEY("tenant_id"),
	CONSTRAINT "valid_theme_mode" CHECK ("tenant_config"."theme_mode" in ('system', 'light', 'dark')),
	CONSTRAINT "valid_ui_density" CHECK ("tenant_config"."ui_density" in ('comfortable', 'compact'))
);

ALTER TABLE "tenant_config" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "tenant_policies" (
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"password_min_length" integer DEFAULT 10 NOT NULL,
	"password_require_mixed_case" boolean DEFAULT false NOT NULL,
	"password_require_number" boolean DEFAULT false NOT NULL,
	"password_require_symbol" boolean DEFAULT false NOT NULL,
	"session_timeout_hours" integer DEFAULT 8 NOT NULL,
	"max_login_attempts" integer DEFAULT 5 NOT NULL,
	"two_factor_required" boolean DEFAULT false NOT NULL,
	"workspace_default_timezone" text DEFAULT 'UTC' NOT NULL,
	"workspace_default_daily_limit" integer DEFAULT 50 NOT NULL,
	"require_campaign_approval" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"retention" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "tenant_policies_pkey" PRIMARY KEY("tenant_id"),
	CONSTRAINT "valid_limits" CHECK (password_min_length >= 8 and session_timeout_hours > 0 and max_login_attempts > 0)
);

ALTER TABLE "tenant_policies" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "tenant_users" (
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"roles" text[] NOT NULL,
	"email" text collate "C" NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "tenant_users_pkey" PRIMARY KEY("tenant_id","user_id"),
	CONSTRAINT "valid_roles" CHECK (roles <@ array['owner', 'admin', 'member'] and cardinality(roles) > 0)
);

ALTER TABLE "tenant_users" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "tenants" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"name" text NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "valid_status" CHECK ("tenants"."status" in ('active', 'suspended', 'closed'))
);

ALTER TABLE "tenants" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "test_clock" (
	"only_row" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"offset_interval" interval DEFAULT '0 seconds' NOT NULL,
	CONSTRAINT "one_row" CHECK (only_row)
);

CREATE TABLE "login_attempts" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"email" text collate "C" NOT NULL,
	"user_id" uuid,
	"succeeded" boolean NOT NULL,
	"ip" text,
	"user_agent" text,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL
);

CREATE TABLE "password_reset_tokens" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"user_id" uuid NOT NULL,
	"token_hash" text collate "C" NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "password_reset_tokens_tokenHash_unique" UNIQUE("token_hash")
);

CREATE TABLE "rate_limits" (
	"key" text collate "C" PRIMARY KEY NOT NULL,
	"used" integer DEFAULT 0 NOT NULL,
	"resets_at" timestamp with time zone NOT NULL
);

CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"user_id" uuid NOT NULL,
	"ip" text,
	"user_agent" text,
	"last_seen_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL
);

CREATE TABLE "user_preferences" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"user_id" uuid DEFAULT nullif(current_setting('app.current_user_id', true), '')::uuid NOT NULL,
	"theme" text DEFAULT 'system' NOT NULL,
	"language" text DEFAULT 'en' NOT NULL,
	"timezone" text,
	"date_format" text,
	"time_format" text,
	"email_notifications" boolean DEFAULT true NOT NULL,
	"push_notifications" boolean DEFAULT false NOT NULL,
	"weekly_reports" boolean DEFAULT true NOT NULL,
	"marketing_emails" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "user_preferences_user_id_unique" UNIQUE("user_id"),
	CONSTRAINT "valid_theme" CHECK ("user_preferences"."theme" in ('system', 'light', 'dark'))
);

ALTER TABLE "user_preferences" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"email" text collate "C" NOT NULL,
	"name" text NOT NULL,
	"given_name" text,
	"family_name" text,
	"picture" text,
	"email_verified_at" timestamp with time zone,
	"password_hash" text,
	"is_operator" boolean DEFAULT false NOT NULL,
	"failed_logins" integer DEFAULT 0 NOT NULL,
	"locked_until" timestamp with time zone,
	"last_login_at" timestamp with time zone,
	"deleted_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL
);

CREATE TABLE "warmup_daily_logs" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"schedule_id" uuid NOT NULL,
	"date" date NOT NULL,
	"planned" integer DEFAULT 0 NOT NULL,
	"sent" integer DEFAULT 0 NOT NULL,
	"opened" integer DEFAULT 0 NOT NULL,
	"clicked" integer DEFAULT 0 NOT NULL,
	"replied" integer DEFAULT 0 NOT NULL,
	"bounced" integer DEFAULT 0 NOT NULL,
	"complained" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "warmup_daily_logs_date_unique" UNIQUE("tenant_id","schedule_id","date")
);

ALTER TABLE "warmup_daily_logs" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "warmup_events" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"schedule_id" uuid NOT NULL,
	"type" text NOT NULL,
	"data" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL
);

ALTER TABLE "warmup_events" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "warmup_schedules" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"email_account_id" uuid NOT NULL,
	"warmup_type" text DEFAULT 'basic' NOT NULL,
	"total_days" integer DEFAULT 21 NOT NULL,
	"current_day" integer DEFAULT 0 NOT NULL,
	"start_volume" integer DEFAULT 5 NOT NULL,
	"target_volume" integer DEFAULT 100 NOT NULL,
	"current_volume" integer DEFAULT 5 NOT NULL,
	"targets" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"thresholds" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"pause_reason" text,
	"started_at" timestamp with time zone,
	"completed_at" timestamp with time zone,
	CONSTRAINT "warmup_schedules_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_warmup_type" CHECK ("warmup_schedules"."warmup_type" in ('basic', 'conservative', 'standard', 'aggressive', 'rotation', 'migration')),
	CONSTRAINT "valid_status" CHECK ("warmup_schedules"."status" in ('active', 'paused', 'completed', 'cancelled'))
);

ALTER TABLE "warmup_schedules" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "api_keys" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"workspace_id" uuid,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"key_hash" text collate "C" NOT NULL,
	"scopes" text[] DEFAULT '{}' NOT NULL,
	"rate_limit" jsonb,
	"status" text DEFAULT 'active' NOT NULL,
	"created_by" uuid,
	"last_used_at" timestamp with time zone,
	"expires_at" timestamp with time zone,
	CONSTRAINT "api_keys_key_hash_unique" UNIQUE("key_hash"),
	CONSTRAINT "api_keys_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_status" CHECK ("api_keys"."status" in ('active', 'revoked'))
);

ALTER TABLE "api_keys" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "invitations" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"email" text collate "C" NOT NULL,
	"roles" text[] DEFAULT '{"member"}' NOT NULL,
	"workspace_ids" uuid[] DEFAULT '{}' NOT NULL,
	"workspace_role" text DEFAULT 'member' NOT NULL,
	"token_hash" text collate "C" NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"invited_by" uuid,
	"accepted_by" uuid,
	"accepted_at" timestamp with time zone,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "invitations_token_hash_unique" UNIQUE("token_hash"),
	CONSTRAINT "invitations_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_status" CHECK ("invitations"."status" in ('pending', 'accepted', 'revoked', 'expired')),
	CONSTRAINT "valid_workspace_role" CHECK ("invitations"."workspace_role" in ('admin', 'member', 'viewer')),
	CONSTRAINT "valid_roles" CHECK (roles <@ array['owner', 'admin', 'member'] and cardinality(roles) > 0)
);

ALTER TABLE "invitations" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "workspace_members" (
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "workspace_members_pkey" PRIMARY KEY("workspace_id","user_id"),
	CONSTRAINT "valid_role" CHECK ("workspace_members"."role" in ('admin', 'member', 'viewer'))
);

ALTER TABLE "workspace_members" ENABLE ROW LEVEL SECURITY;
CREATE TABLE "workspaces" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"name" text NOT NULL,
	"slug" text collate "C" NOT NULL,
	"logo_url" text,
	"status" text DEFAULT 'active' NOT NULL,
	"industry" text,
	"company_size" text,
	"timezone" text DEFAULT 'UTC' NOT NULL,
	"postal_address" text,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"onboarding_started_at" timestamp with time zone,
	"onboarding_completed_at" timestamp with time zone,
	"hide_onboarding" boolean DEFAULT false NOT NULL,
	"deleted_at" timestamp with time zone,
	CONSTRAINT "workspaces_slug_unique" UNIQUE("slug"),
	CONSTRAINT "workspaces_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_status" CHECK ("workspaces"."status" in ('active', 'suspended', 'archived')),
	CONSTRAINT "valid_slug" CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$')
);

ALTER TABLE "workspaces" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "ab_test_variants" ADD CONSTRAINT "ab_test_variants_test_id_fkey" FOREIGN KEY ("tenant_id","test_id") REFERENCES "public"."ab_tests"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "ab_tests" ADD CONSTRAINT "ab_tests_campaign_id_fkey" FOREIGN KEY ("tenant_id","campaign_id") REFERENCES "public"."campaigns"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "ab_tests" ADD CONSTRAINT "ab_tests_step_id_fkey" FOREIGN KEY ("tenant_id","step_id") REFERENCES "public"."campaign_steps"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "payments" ADD CONSTRAINT "payments_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "payments" ADD CONSTRAINT "payments_subscription_id_fkey" FOREIGN KEY ("tenant_id","subscription_id") REFERENCES "public"."subscriptions"("tenant_id","id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "plan_overrides" ADD CONSTRAINT "plan_overrides_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "subscription_addons" ADD CONSTRAINT "subscription_addons_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "subscription_addons" ADD CONSTRAINT "subscription_addons_subscription_id_fkey" FOREIGN KEY ("tenant_id","subscription_id") REFERENCES "public"."subscriptions"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_plan_id_plans_id_fk" FOREIGN KEY ("plan_id") REFERENCES "public"."plans"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_pending_plan_id_plans_id_fk" FOREIGN KEY ("pending_plan_id") REFERENCES "public"."plans"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_billing_contact_user_id_users_id_fk" FOREIGN KEY ("billing_contact_user_id") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "usage_counters" ADD CONSTRAINT "usage_counters_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "blackout_dates" ADD CONSTRAINT "blackout_dates_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "campaign_goals" ADD CONSTRAINT "campaign_goals_campaign_id_fkey" FOREIGN KEY ("tenant_id","campaign_id") REFERENCES "public"."campaigns"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "campaign_goals" ADD CONSTRAINT "campaign_goals_target_campaign_id_fkey" FOREIGN KEY ("tenant_id","target_campaign_id") REFERENCES "public"."campaigns"("tenant_id","id") ON DELETE SET NULL ("target_campaign_id") ON UPDATE no action;
ALTER TABLE "campaign_schedules" ADD CONSTRAINT "campaign_schedules_campaign_id_fkey" FOREIGN KEY ("tenant_id","campaign_id") REFERENCES "public"."campaigns"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "campaign_templates" ADD CONSTRAINT "campaign_templates_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "contact_send_preferences" ADD CONSTRAINT "contact_send_preferences_contact_id_fkey" FOREIGN KEY ("tenant_id","contact_id") REFERENCES "public"."contacts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "campaign_step_versions" ADD CONSTRAINT "campaign_step_versions_campaign_id_fkey" FOREIGN KEY ("tenant_id","campaign_id") REFERENCES "public"."campaigns"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "campaign_step_versions" ADD CONSTRAINT "campaign_step_versions_step_id_fkey" FOREIGN KEY ("tenant_id","step_id") REFERENCES "public"."campaign_steps"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "campaign_steps" ADD CONSTRAINT "campaign_steps_campaign_id_fkey" FOREIGN KEY ("tenant_id","campaign_id") REFERENCES "public"."campaigns"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "campaign_steps" ADD CONSTRAINT "campaign_steps_template_id_fkey" FOREIGN KEY ("tenant_id","template_id") REFERENCES "public"."templates"("tenant_id","id") ON DELETE SET NULL ("template_id") ON UPDATE no action;
ALTER TABLE "campaign_steps" ADD CONSTRAINT "campaign_steps_email_account_id_fkey" FOREIGN KEY ("tenant_id","email_account_id") REFERENCES "public"."email_accounts"("tenant_id","id") ON DELETE SET NULL ("email_account_id") ON UPDATE no action;
ALTER TABLE "campaign_steps" ADD CONSTRAINT "campaign_steps_next_step_id_fkey" FOREIGN KEY ("tenant_id","next_step_id") REFERENCES "public"."campaign_steps"("tenant_id","id") ON DELETE SET NULL ("next_step_id") ON UPDATE no action;
ALTER TABLE "campaign_steps" ADD CONSTRAINT "campaign_steps_true_next_step_id_fkey" FOREIGN KEY ("tenant_id","true_next_step_id") REFERENCES "public"."campaign_steps"("tenant_id","id") ON DELETE SET NULL ("true_next_step_id") ON UPDATE no action;
ALTER TABLE "campaign_steps" ADD CONSTRAINT "campaign_steps_false_next_step_id_fkey" FOREIGN KEY ("tenant_id","false_next_step_id") REFERENCES "public"."campaign_steps"("tenant_id","id") ON DELETE SET NULL ("false_next_step_id") ON UPDATE no action;
ALTER TABLE "campaign_steps" ADD CONSTRAINT "campaign_steps_on_timeout_step_id_fkey" FOREIGN KEY ("tenant_id","on_timeout_step_id") REFERENCES "public"."campaign_steps"("tenant_id","id") ON DELETE SET NULL ("on_timeout_step_id") ON UPDATE no action;
ALTER TABLE "step_drivers" ADD CONSTRAINT "step_drivers_campaign_id_fkey" FOREIGN KEY ("tenant_id","campaign_id") REFERENCES "public"."campaigns"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "step_drivers" ADD CONSTRAINT "step_drivers_step_id_fkey" FOREIGN KEY ("tenant_id","step_id") REFERENCES "public"."campaign_steps"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "campaign_drivers" ADD CONSTRAINT "campaign_drivers_campaign_id_fkey" FOREIGN KEY ("tenant_id","campaign_id") REFERENCES "public"."campaigns"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "campaign_settings" ADD CONSTRAINT "campaign_settings_campaign_id_fkey" FOREIGN KEY ("tenant_id","campaign_id") REFERENCES "public"."campaigns"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "campaign_usage" ADD CONSTRAINT "campaign_usage_campaign_id_fkey" FOREIGN KEY ("tenant_id","campaign_id") REFERENCES "public"."campaigns"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_segment_id_fkey" FOREIGN KEY ("tenant_id","segment_id") REFERENCES "public"."segments"("tenant_id","id") ON DELETE SET NULL ("segment_id") ON UPDATE no action;
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_email_account_id_fkey" FOREIGN KEY ("tenant_id","email_account_id") REFERENCES "public"."email_accounts"("tenant_id","id") ON DELETE SET NULL ("email_account_id") ON UPDATE no action;
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_rotation_pool_id_fkey" FOREIGN KEY ("tenant_id","rotation_pool_id") REFERENCES "public"."rotation_pools"("tenant_id","id") ON DELETE SET NULL ("rotation_pool_id") ON UPDATE no action;
ALTER TABLE "custom_field_definitions" ADD CONSTRAINT "custom_field_definitions_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "domains" ADD CONSTRAINT "domains_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "campaign_approvals" ADD CONSTRAINT "campaign_approvals_requested_by_users_id_fk" FOREIGN KEY ("requested_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;
ALTER TABLE "campaign_approvals" ADD CONSTRAINT "campaign_approvals_approved_by_users_id_fk" FOREIGN KEY ("approved_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;
ALTER TABLE "campaign_approvals" ADD CONSTRAINT "campaign_approvals_campaign_id_fkey" FOREIGN KEY ("tenant_id","campaign_id") REFERENCES "public"."campaigns"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "email_drafts" ADD CONSTRAINT "email_drafts_approved_by_users_id_fk" FOREIGN KEY ("approved_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;
ALTER TABLE "email_drafts" ADD CONSTRAINT "email_drafts_contact_id_fkey" FOREIGN KEY ("tenant_id","contact_id") REFERENCES "public"."contacts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "email_drafts" ADD CONSTRAINT "email_drafts_campaign_id_fkey" FOREIGN KEY ("tenant_id","campaign_id") REFERENCES "public"."campaigns"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "email_drafts" ADD CONSTRAINT "email_drafts_step_id_fkey" FOREIGN KEY ("tenant_id","step_id") REFERENCES "public"."campaign_steps"("tenant_id","id") ON DELETE SET NULL ("step_id") ON UPDATE no action;
ALTER TABLE "scheduled_emails" ADD CONSTRAINT "scheduled_emails_draft_id_fkey" FOREIGN KEY ("tenant_id","draft_id") REFERENCES "public"."email_drafts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "scheduled_emails" ADD CONSTRAINT "scheduled_emails_contact_id_fkey" FOREIGN KEY ("tenant_id","contact_id") REFERENCES "public"."contacts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "scheduled_emails" ADD CONSTRAINT "scheduled_emails_campaign_id_fkey" FOREIGN KEY ("tenant_id","campaign_id") REFERENCES "public"."campaigns"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "scheduled_emails" ADD CONSTRAINT "scheduled_emails_email_account_id_fkey" FOREIGN KEY ("tenant_id","email_account_id") REFERENCES "public"."email_accounts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "email_accounts" ADD CONSTRAINT "email_accounts_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "email_accounts" ADD CONSTRAINT "email_accounts_domain_id_fkey" FOREIGN KEY ("tenant_id","domain_id") REFERENCES "public"."domains"("tenant_id","id") ON DELETE SET NULL ("domain_id") ON UPDATE no action;
ALTER TABLE "mailbox_lanes" ADD CONSTRAINT "mailbox_lanes_email_account_id_fkey" FOREIGN KEY ("tenant_id","email_account_id") REFERENCES "public"."email_accounts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "mailbox_usage" ADD CONSTRAINT "mailbox_usage_email_account_id_fkey" FOREIGN KEY ("tenant_id","email_account_id") REFERENCES "public"."email_accounts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "campaign_contacts" ADD CONSTRAINT "campaign_contacts_campaign_id_fkey" FOREIGN KEY ("tenant_id","campaign_id") REFERENCES "public"."campaigns"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "campaign_contacts" ADD CONSTRAINT "campaign_contacts_contact_id_fkey" FOREIGN KEY ("tenant_id","contact_id") REFERENCES "public"."contacts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "export_jobs" ADD CONSTRAINT "export_jobs_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "export_jobs" ADD CONSTRAINT "export_jobs_segment_id_fkey" FOREIGN KEY ("tenant_id","segment_id") REFERENCES "public"."segments"("tenant_id","id") ON DELETE SET NULL ("segment_id") ON UPDATE no action;
ALTER TABLE "import_jobs" ADD CONSTRAINT "import_jobs_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "import_jobs" ADD CONSTRAINT "import_jobs_segment_id_fkey" FOREIGN KEY ("tenant_id","segment_id") REFERENCES "public"."segments"("tenant_id","id") ON DELETE SET NULL ("segment_id") ON UPDATE no action;
ALTER TABLE "import_row_errors" ADD CONSTRAINT "import_row_errors_import_job_id_fkey" FOREIGN KEY ("tenant_id","import_job_id") REFERENCES "public"."import_jobs"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "import_schedules" ADD CONSTRAINT "import_schedules_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "inbox_notes" ADD CONSTRAINT "inbox_notes_thread_id_fkey" FOREIGN KEY ("tenant_id","thread_id") REFERENCES "public"."inbox_threads"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "inbox_tags" ADD CONSTRAINT "inbox_tags_thread_id_fkey" FOREIGN KEY ("tenant_id","thread_id") REFERENCES "public"."inbox_threads"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "inbox_threads" ADD CONSTRAINT "inbox_threads_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "inbox_threads" ADD CONSTRAINT "inbox_threads_email_account_id_fkey" FOREIGN KEY ("tenant_id","email_account_id") REFERENCES "public"."email_accounts"("tenant_id","id") ON DELETE SET NULL ("email_account_id") ON UPDATE no action;
ALTER TABLE "inbox_threads" ADD CONSTRAINT "inbox_threads_contact_id_fkey" FOREIGN KEY ("tenant_id","contact_id") REFERENCES "public"."contacts"("tenant_id","id") ON DELETE SET NULL ("contact_id") ON UPDATE no action;
ALTER TABLE "inbox_threads" ADD CONSTRAINT "inbox_threads_campaign_id_fkey" FOREIGN KEY ("tenant_id","campaign_id") REFERENCES "public"."campaigns"("tenant_id","id") ON DELETE SET NULL ("campaign_id") ON UPDATE no action;
ALTER TABLE "domain_ip_assignments" ADD CONSTRAINT "domain_ip_assignments_ip_address_id_smtp_ip_addresses_id_fk" FOREIGN KEY ("ip_address_id") REFERENCES "public"."smtp_ip_addresses"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "domain_ip_assignments" ADD CONSTRAINT "domain_ip_assignments_domain_id_fkey" FOREIGN KEY ("tenant_id","domain_id") REFERENCES "public"."domains"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "smtp_ip_addresses" ADD CONSTRAINT "smtp_ip_addresses_vps_instance_id_vps_instances_id_fk" FOREIGN KEY ("vps_instance_id") REFERENCES "public"."vps_instances"("id") ON DELETE set null ON UPDATE no action;
ALTER TABLE "content"."email_messages" ADD CONSTRAINT "fk_email_messages_parent" FOREIGN KEY ("tenant_id","parent_message_id") REFERENCES "content"."email_messages"("tenant_id","id") ON DELETE SET NULL ("parent_message_id") ON UPDATE no action;
ALTER TABLE "notify"."webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_webhook_id_fkey" FOREIGN KEY ("tenant_id","webhook_id") REFERENCES "notify"."webhooks"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "notify"."webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_webhook_event_id_fkey" FOREIGN KEY ("tenant_id","webhook_event_id") REFERENCES "notify"."webhook_events"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "pool_members" ADD CONSTRAINT "pool_members_pool_id_fkey" FOREIGN KEY ("tenant_id","pool_id") REFERENCES "public"."rotation_pools"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "pool_members" ADD CONSTRAINT "pool_members_email_account_id_fkey" FOREIGN KEY ("tenant_id","email_account_id") REFERENCES "public"."email_accounts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "rotation_pools" ADD CONSTRAINT "rotation_pools_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "rotation_rules" ADD CONSTRAINT "rotation_rules_pool_id_fkey" FOREIGN KEY ("tenant_id","pool_id") REFERENCES "public"."rotation_pools"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "sandbox"."acts" ADD CONSTRAINT "acts_message_id_messages_id_fk" FOREIGN KEY ("message_id") REFERENCES "sandbox"."messages"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "contact_scores" ADD CONSTRAINT "contact_scores_contact_id_fkey" FOREIGN KEY ("tenant_id","contact_id") REFERENCES "public"."contacts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "contact_scores" ADD CONSTRAINT "contact_scores_model_id_fkey" FOREIGN KEY ("tenant_id","model_id") REFERENCES "public"."lead_scoring_models"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "lead_scoring_models" ADD CONSTRAINT "lead_scoring_models_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "segment_contacts" ADD CONSTRAINT "segment_contacts_segment_id_fkey" FOREIGN KEY ("tenant_id","segment_id") REFERENCES "public"."segments"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "segment_contacts" ADD CONSTRAINT "segment_contacts_contact_id_fkey" FOREIGN KEY ("tenant_id","contact_id") REFERENCES "public"."contacts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "segments" ADD CONSTRAINT "segments_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "contact_tags" ADD CONSTRAINT "contact_tags_contact_id_fkey" FOREIGN KEY ("tenant_id","contact_id") REFERENCES "public"."contacts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "contact_tags" ADD CONSTRAINT "contact_tags_tag_id_fkey" FOREIGN KEY ("tenant_id","tag_id") REFERENCES "public"."tags"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "tags" ADD CONSTRAINT "tags_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "template_comments" ADD CONSTRAINT "template_comments_template_id_fkey" FOREIGN KEY ("tenant_id","template_id") REFERENCES "public"."templates"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "template_folders" ADD CONSTRAINT "template_folders_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "template_folders" ADD CONSTRAINT "template_folders_parent_id_fkey" FOREIGN KEY ("tenant_id","parent_id") REFERENCES "public"."template_folders"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "template_tags" ADD CONSTRAINT "template_tags_template_id_fkey" FOREIGN KEY ("tenant_id","template_id") REFERENCES "public"."templates"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "template_variables" ADD CONSTRAINT "template_variables_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "template_versions" ADD CONSTRAINT "template_versions_template_id_fkey" FOREIGN KEY ("tenant_id","template_id") REFERENCES "public"."templates"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "templates" ADD CONSTRAINT "templates_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "templates" ADD CONSTRAINT "templates_folder_id_fkey" FOREIGN KEY ("tenant_id","folder_id") REFERENCES "public"."template_folders"("tenant_id","id") ON DELETE SET NULL ("folder_id") ON UPDATE no action;
ALTER TABLE "tenant_config" ADD CONSTRAINT "tenant_config_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "tenant_policies" ADD CONSTRAINT "tenant_policies_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "tenant_users" ADD CONSTRAINT "tenant_users_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "tenant_users" ADD CONSTRAINT "tenant_users_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "password_reset_tokens" ADD CONSTRAINT "password_reset_tokens_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "user_preferences" ADD CONSTRAINT "user_preferences_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "warmup_daily_logs" ADD CONSTRAINT "warmup_daily_logs_schedule_id_fkey" FOREIGN KEY ("tenant_id","schedule_id") REFERENCES "public"."warmup_schedules"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "warmup_schedules" ADD CONSTRAINT "warmup_schedules_email_account_id_fkey" FOREIGN KEY ("tenant_id","email_account_id") REFERENCES "public"."email_accounts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_invited_by_users_id_fk" FOREIGN KEY ("invited_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_accepted_by_users_id_fk" FOREIGN KEY ("accepted_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "workspace_members" ADD CONSTRAINT "workspace_members_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "workspace_members" ADD CONSTRAINT "workspace_members_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "workspaces" ADD CONSTRAINT "workspaces_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;
CREATE INDEX "idx_ab_test_assignments_variant" ON "ab_test_assignments" USING btree ("tenant_id","variant_id");
CREATE UNIQUE INDEX "ab_test_variants_control_unique" ON "ab_test_variants" USING btree ("tenant_id","test_id") WHERE is_control;
CREATE INDEX "idx_ab_tests_campaign" ON "ab_tests" USING btree ("tenant_id","campaign_id");
CREATE INDEX "idx_campaign_analytics_campaign_date" ON "analytics"."campaign_analytics" USING btree ("campaign_id","date");
CREATE INDEX "idx_campaign_analytics_workspace" ON "analytics"."campaign_analytics" USING btree ("tenant_id","workspace_id","date");
CREATE INDEX "idx_sequence_step_analytics_campaign" ON "analytics"."sequence_step_analytics" USING btree ("tenant_id","campaign_id","date");
CREATE INDEX "idx_payments_tenant" ON "payments" USING btree ("tenant_id","id");
CREATE INDEX "idx_subscription_addons_subscription" ON "subscription_addons" USING btree ("tenant_id","subscription_id");
CREATE UNIQUE INDEX "subscriptions_live_unique" ON "subscriptions" USING btree ("tenant_id") WHERE status in ('trialing', 'active', 'past_due', 'suspended', 'unpaid');
CREATE INDEX "idx_blackout_dates_range" ON "blackout_dates" USING btree ("tenant_id","workspace_id","starts_on");
CREATE INDEX "idx_campaign_goals_campaign" ON "campaign_goals" USING btree ("tenant_id","campaign_id");
CREATE INDEX "idx_campaign_schedules_next" ON "campaign_schedules" USING btree ("next_send_at") WHERE is_active;
CREATE INDEX "idx_campaign_steps_campaign_order" ON "campaign_steps" USING btree ("campaign_id","step_order");
CREATE INDEX "idx_step_drivers_campaign" ON "step_drivers" USING btree ("tenant_id","campaign_id");
CREATE INDEX "idx_campaigns_tenant_status" ON "campaigns" USING btree ("tenant_id","status");
CREATE INDEX "idx_campaigns_workspace" ON "campaigns" USING btree ("tenant_id","workspace_id","id");
CREATE INDEX "idx_consent_records_contact" ON "consent_records" USING btree ("tenant_id","contact_id","occurred_at");
CREATE INDEX "idx_contact_events_contact" ON "contact_events" USING btree ("tenant_id","contact_id","occurred_at" DESC NULLS LAST,"id" DESC NULLS LAST);
CREATE UNIQUE INDEX "contacts_email_unique" ON "contacts" USING btree ("tenant_id","workspace_id","email_normalized") WHERE deleted_at is null;
CREATE INDEX "idx_contacts_workspace" ON "contacts" USING btree ("tenant_id","workspace_id","id");
CREATE INDEX "idx_contacts_status" ON "contacts" USING btree ("tenant_id","workspace_id","status","id") WHERE status <> 'active';
CREATE INDEX "idx_contacts_lead_score" ON "contacts" USING btree ("tenant_id","workspace_id","lead_score","id") WHERE lead_score > 0;
CREATE UNIQUE INDEX "custom_field_definitions_name_unique" ON "custom_field_definitions" USING btree ("tenant_id","workspace_id","field_name");
CREATE INDEX "idx_email_drafts_contact" ON "email_drafts" USING btree ("tenant_id","contact_id");
CREATE INDEX "idx_email_drafts_status" ON "email_drafts" USING btree ("tenant_id","workspace_id","status","id");
CREATE INDEX "idx_scheduled_emails_scheduled_for" ON "scheduled_emails" USING btree ("tenant_id","scheduled_for");
CREATE INDEX "idx_scheduled_emails_status" ON "scheduled_emails" USING btree ("status","scheduled_for");
CREATE INDEX "idx_email_events_message" ON "email_events" USING btree ("tenant_id","message_id","occurred_at");
CREATE INDEX "idx_email_events_campaign" ON "email_events" USING btree ("tenant_id","campaign_id","occurred_at");
CREATE INDEX "idx_email_events_contact" ON "email_events" USING btree ("tenant_id","contact_id","occurred_at");
CREATE INDEX "idx_event_dedupe_expires" ON "event_dedupe" USING btree ("expires_at");
CREATE INDEX "idx_idempotency_keys_expires" ON "idempotency_keys" USING btree ("expires_at");
CREATE INDEX "idx_events_received" ON "queue"."events" USING btree ("received_at");
CREATE INDEX "idx_run_keys_expires" ON "queue"."run_keys" USING btree ("expires_at");
CREATE INDEX "idx_jobs_due" ON "queue"."jobs" USING btree ("priority","due_at","id");
CREATE INDEX "idx_jobs_leased" ON "queue"."jobs" USING btree ("lease_until") WHERE lease_until is not null;
CREATE UNIQUE INDEX "runs_singleton_key" ON "queue"."runs" USING btree ("function_id","singleton_key") WHERE status = 'running' and singleton_key is not null;
CREATE INDEX "idx_runs_function" ON "queue"."runs" USING btree ("function_id","id");
CREATE INDEX "idx_runs_ended" ON "queue"."runs" USING btree ("ended_at") WHERE ended_at is not null;
CREATE INDEX "idx_waits_match" ON "queue"."waits" USING btree ("name","match_path","match_value");
CREATE INDEX "idx_campaign_contacts_campaign_status" ON "campaign_contacts" USING btree ("tenant_id","campaign_id","status","current_step_id");
CREATE INDEX "idx_campaign_contacts_next_scheduled" ON "campaign_contacts" USING btree ("tenant_id","current_step_id","next_email_scheduled_at","id") WHERE status in ('enrolled', 'active') and next_email_scheduled_at is not null;
CREATE INDEX "idx_campaign_contacts_contact" ON "campaign_contacts" USING btree ("tenant_id","contact_id");
CREATE INDEX "idx_enrollment_step_log_step" ON "enrollment_step_log" USING btree ("tenant_id","step_id","id");
CREATE INDEX "idx_export_jobs_tenant" ON "export_jobs" USING btree ("tenant_id","workspace_id","id");
CREATE INDEX "idx_export_jobs_status" ON "export_jobs" USING btree ("status","lease_until");
CREATE INDEX "idx_import_events_job" ON "import_events" USING btree ("tenant_id","import_job_id","id");
CREATE INDEX "idx_import_events_contact" ON "import_events" USING btree ("tenant_id","contact_id");
CREATE INDEX "idx_import_jobs_tenant" ON "import_jobs" USING btree ("tenant_id","workspace_id","id");
CREATE INDEX "idx_import_jobs_status" ON "import_jobs" USING btree ("status","lease_until");
CREATE INDEX "idx_import_jobs_created" ON "import_jobs" USING btree ("tenant_id","created_at" DESC NULLS LAST);
CREATE INDEX "idx_import_row_errors_job" ON "import_row_errors" USING btree ("tenant_id","import_job_id","row_no","id");
CREATE INDEX "idx_inbox_notes_thread" ON "inbox_notes" USING btree ("tenant_id","thread_id","id");
CREATE INDEX "idx_inbox_threads_status" ON "inbox_threads" USING btree ("tenant_id","workspace_id","status","last_message_at" DESC NULLS LAST);
CREATE INDEX "idx_inbox_threads_contact" ON "inbox_threads" USING btree ("tenant_id","contact_id");
CREATE INDEX "idx_domain_ip_assignments_domain" ON "domain_ip_assignments" USING btree ("tenant_id","domain_id");
CREATE INDEX "idx_smtp_ip_addresses_status" ON "smtp_ip_addresses" USING btree ("status");
CREATE UNIQUE INDEX "attachments_storage_key_unique" ON "content"."attachments" USING btree ("tenant_id","storage_key");
CREATE INDEX "idx_attachments_message" ON "content"."attachments" USING btree ("tenant_id","message_id");
CREATE INDEX "idx_email_content_key" ON "content"."email_content" USING btree ("tenant_id","storage_key");
CREATE INDEX "idx_email_content_message" ON "content"."email_content" USING btree ("tenant_id","message_id");
CREATE INDEX "idx_email_content_step_version" ON "content"."email_content" USING btree ("tenant_id","step_version_id");
CREATE INDEX "idx_email_content_expires" ON "content"."email_content" USING btree ("expires_at");
CREATE UNIQUE INDEX "email_messages_storage_key_unique" ON "content"."email_messages" USING btree ("tenant_id","storage_key");
CREATE UNIQUE INDEX "email_messages_idempotency_key_unique" ON "content"."email_messages" USING btree ("tenant_id","idempotency_key") WHERE idempotency_key is not null;
CREATE UNIQUE INDEX "email_messages_rfc_message_id_unique" ON "content"."email_messages" USING btree ("tenant_id","rfc_message_id") WHERE rfc_message_id is not null;
CREATE INDEX "idx_email_messages_claim" ON "content"."email_messages" USING btree ("tenant_id","email_account_id","next_attempt_at","id") WHERE delivery_status in ('queued', 'deferred');
CREATE INDEX "idx_email_messages_unslotted" ON "content"."email_messages" USING btree ("tenant_id","step_id","next_attempt_at") WHERE scheduled_for is null and delivery_status in ('queued', 'deferred');
CREATE INDEX "idx_email_messages_leased" ON "content"."email_messages" USING btree ("lease_until") WHERE delivery_status = 'sending';
CREATE INDEX "idx_email_messages_attention" ON "content"."email_messages" USING btree ("tenant_id","campaign_id","id") WHERE delivery_status in ('unknown', 'failed');
CREATE INDEX "idx_sent_emails_contact" ON "content"."email_messages" USING btree ("tenant_id","contact_id","id");
CREATE INDEX "idx_sent_emails_campaign" ON "content"."email_messages" USING btree ("tenant_id","campaign_id","step_id","id");
CREATE INDEX "idx_sent_emails_sent_at" ON "content"."email_messages" USING btree ("tenant_id","email_account_id","sent_at" DESC NULLS LAST) WHERE sent_at is not null;
CREATE INDEX "idx_email_messages_thread" ON "content"."email_messages" USING btree ("tenant_id","thread_id") WHERE thread_id is not null;
CREATE INDEX "idx_email_messages_parent" ON "content"."email_messages" USING btree ("tenant_id","parent_message_id") WHERE parent_message_id is not null;
CREATE INDEX "idx_admin_system_events_open" ON "notify"."admin_system_events" USING btree ("severity","created_at") WHERE resolved_at is null;
CREATE INDEX "idx_notifications_user" ON "notify"."notifications" USING btree ("tenant_id","user_id","id");
CREATE INDEX "idx_webhook_events_tenant" ON "notify"."webhook_events" USING btree ("tenant_id","event_type","id");
CREATE INDEX "idx_webhooks_tenant" ON "notify"."webhooks" USING btree ("tenant_id","status");
CREATE INDEX "idx_rotation_rules_pool" ON "rotation_rules" USING btree ("tenant_id","pool_id","priority");
CREATE INDEX "idx_sandbox_acts_due" ON "sandbox"."acts" USING btree ("due_at") WHERE done_at is null;
CREATE INDEX "idx_sandbox_acts_message" ON "sandbox"."acts" USING btree ("message_id");
CREATE INDEX "idx_sandbox_messages_recipient" ON "sandbox"."messages" USING btree ("rcpt_to","id");
CREATE INDEX "idx_sandbox_messages_rfc_id" ON "sandbox"."messages" USING btree ("rfc_message_id");
CREATE INDEX "idx_score_events_contact" ON "score_events" USING btree ("tenant_id","contact_id","occurred_at" DESC NULLS LAST);
CREATE UNIQUE INDEX "unique_contact_list_member" ON "segment_contacts" USING btree ("tenant_id","segment_id","contact_id");
CREATE INDEX "idx_segment_contacts_contact" ON "segment_contacts" USING btree ("tenant_id","contact_id");
CREATE UNIQUE INDEX "segments_name_unique" ON "segments" USING btree ("tenant_id","workspace_id","name");
CREATE INDEX "idx_suppressions_workspace" ON "suppressions" USING btree ("tenant_id","workspace_id","id");
CREATE INDEX "idx_contact_tags_tag" ON "contact_tags" USING btree ("tenant_id","tag_id","contact_id");
CREATE UNIQUE INDEX "tags_name_unique" ON "tags" USING btree ("tenant_id","workspace_id",lower("name"));
CREATE UNIQUE INDEX "templates_name_unique" ON "templates" USING btree ("tenant_id","workspace_id","name") WHERE deleted_at is null;
CREATE INDEX "idx_audit_log_tenant" ON "audit_log" USING btree ("tenant_id","id");
CREATE INDEX "idx_audit_log_resource" ON "audit_log" USING btree ("tenant_id","resource_type","resource_id","id");
CREATE INDEX "idx_tenant_users_tenant" ON "tenant_users" USING btree ("tenant_id");
CREATE INDEX "idx_tenant_users_user" ON "tenant_users" USING btree ("user_id");
CREATE INDEX "idx_login_attempts_email" ON "login_attempts" USING btree ("email","created_at" DESC NULLS LAST);
CREATE INDEX "idx_login_attempts_created" ON "login_attempts" USING btree ("created_at");
CREATE INDEX "idx_password_reset_tokens_user" ON "password_reset_tokens" USING btree ("user_id");
CREATE INDEX "idx_rate_limits_resets" ON "rate_limits" USING btree ("resets_at");
CREATE INDEX "idx_sessions_user" ON "sessions" USING btree ("user_id");
CREATE UNIQUE INDEX "users_email_unique" ON "users" USING btree (lower("email"));
CREATE INDEX "idx_warmup_events_schedule" ON "warmup_events" USING btree ("tenant_id","schedule_id","occurred_at");
CREATE UNIQUE INDEX "invitations_pending_unique" ON "invitations" USING btree ("tenant_id","email") WHERE status = 'pending';
CREATE INDEX "idx_workspace_members_tenant_user" ON "workspace_members" USING btree ("tenant_id","user_id");
CREATE INDEX "idx_workspace_members_user" ON "workspace_members" USING btree ("user_id");
CREATE POLICY "ab_test_assignments_tenant_isolation" ON "ab_test_assignments" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "ab_test_variants_tenant_isolation" ON "ab_test_variants" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "ab_tests_tenant_isolation" ON "ab_tests" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "billing_analytics_tenant_isolation" ON "analytics"."billing_analytics" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE POLICY "campaign_analytics_tenant_isolation" ON "analytics"."campaign_analytics" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "email_analytics_tenant_isolation" ON "analytics"."email_analytics" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "lead_analytics_tenant_isolation" ON "analytics"."lead_analytics" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "mailbox_analytics_tenant_isolation" ON "analytics"."mailbox_analytics" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "segment_analytics_tenant_isolation" ON "analytics"."segment_analytics" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "sequence_step_analytics_tenant_isolation" ON "analytics"."sequence_step_analytics" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "warmup_analytics_tenant_isolation" ON "analytics"."warmup_analytics" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "payments_tenant_isolation" ON "payments" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE POLICY "plan_overrides_tenant_isolation" ON "plan_overrides" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE POLICY "subscription_addons_tenant_isolation" ON "subscription_addons" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE POLICY "subscriptions_tenant_isolation" ON "subscriptions" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE POLICY "usage_counters_tenant_isolation" ON "usage_counters" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE POLICY "blackout_dates_tenant_isolation" ON "blackout_dates" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "campaign_goals_tenant_isolation" ON "campaign_goals" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "campaign_schedules_tenant_isolation" ON "campaign_schedules" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "campaign_templates_tenant_isolation" ON "campaign_templates" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "contact_send_preferences_tenant_isolation" ON "contact_send_preferences" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "campaign_step_versions_tenant_isolation" ON "campaign_step_versions" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "campaign_steps_tenant_isolation" ON "campaign_steps" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "step_drivers_tenant_isolation" ON "step_drivers" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "campaign_drivers_tenant_isolation" ON "campaign_drivers" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "campaign_settings_tenant_isolation" ON "campaign_settings" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "campaign_usage_tenant_isolation" ON "campaign_usage" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "campaigns_tenant_isolation" ON "campaigns" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "consent_records_tenant_isolation" ON "consent_records" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "contact_events_tenant_isolation" ON "contact_events" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "contacts_tenant_isolation" ON "contacts" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "custom_field_definitions_tenant_isolation" ON "custom_field_definitions" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "domains_tenant_isolation" ON "domains" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "campaign_approvals_tenant_isolation" ON "campaign_approvals" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "email_drafts_tenant_isolation" ON "email_drafts" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "scheduled_emails_tenant_isolation" ON "scheduled_emails" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "email_accounts_tenant_isolation" ON "email_accounts" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "mailbox_lanes_tenant_isolation" ON "mailbox_lanes" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "mailbox_usage_tenant_isolation" ON "mailbox_usage" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "email_events_tenant_isolation" ON "email_events" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "event_dedupe_tenant_isolation" ON "event_dedupe" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "idempotency_keys_tenant_isolation" ON "idempotency_keys" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "tracked_links_tenant_isolation" ON "tracked_links" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "campaign_contact_runs_tenant_isolation" ON "campaign_contact_runs" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "campaign_contacts_tenant_isolation" ON "campaign_contacts" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "enrollment_step_log_tenant_isolation" ON "enrollment_step_log" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "export_jobs_tenant_isolation" ON "export_jobs" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "import_events_tenant_isolation" ON "import_events" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "import_jobs_tenant_isolation" ON "import_jobs" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "import_row_errors_tenant_isolation" ON "import_row_errors" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "import_schedules_tenant_isolation" ON "import_schedules" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "inbox_notes_tenant_isolation" ON "inbox_notes" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "inbox_tags_tenant_isolation" ON "inbox_tags" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "inbox_threads_tenant_isolation" ON "inbox_threads" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "domain_ip_assignments_tenant_isolation" ON "domain_ip_assignments" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE POLICY "attachments_tenant_isolation" ON "content"."attachments" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "email_content_tenant_isolation" ON "content"."email_content" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "email_messages_tenant_isolation" ON "content"."email_messages" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "notifications_isolation" ON "notify"."notifications" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and user_id = (select nullif(current_setting('app.current_user_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE POLICY "webhook_deliveries_tenant_isolation" ON "notify"."webhook_deliveries" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE POLICY "webhook_events_tenant_isolation" ON "notify"."webhook_events" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE POLICY "webhooks_tenant_isolation" ON "notify"."webhooks" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE POLICY "account_health_logs_tenant_isolation" ON "account_health_logs" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "pool_members_tenant_isolation" ON "pool_members" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "rotation_pools_tenant_isolation" ON "rotation_pools" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "rotation_rules_tenant_isolation" ON "rotation_rules" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "contact_scores_tenant_isolation" ON "contact_scores" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "lead_scoring_models_tenant_isolation" ON "lead_scoring_models" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "score_events_tenant_isolation" ON "score_events" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "segment_contacts_tenant_isolation" ON "segment_contacts" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "segments_tenant_isolation" ON "segments" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "suppressions_tenant_isolation" ON "suppressions" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and (workspace_id is null or workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid))) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and (workspace_id is null or workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)));
CREATE POLICY "contact_tags_tenant_isolation" ON "contact_tags" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "tags_tenant_isolation" ON "tags" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "template_comments_tenant_isolation" ON "template_comments" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "template_folders_tenant_isolation" ON "template_folders" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "template_tags_tenant_isolation" ON "template_tags" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "template_variables_tenant_isolation" ON "template_variables" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "template_versions_tenant_isolation" ON "template_versions" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "templates_tenant_isolation" ON "templates" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "audit_log_tenant_isolation" ON "audit_log" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE POLICY "tenant_config_isolation" ON "tenant_config" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE POLICY "tenant_policies_isolation" ON "tenant_policies" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE POLICY "tenant_users_tenant_isolation" ON "tenant_users" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE POLICY "tenant_users_own_rows" ON "tenant_users" AS PERMISSIVE FOR SELECT TO public USING (user_id = (select nullif(current_setting('app.current_user_id', true), '')::uuid));
CREATE POLICY "tenants_isolation" ON "tenants" AS PERMISSIVE FOR ALL TO public USING (id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid)) WITH CHECK (id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE POLICY "user_preferences_isolation" ON "user_preferences" AS PERMISSIVE FOR ALL TO public USING (user_id = (select nullif(current_setting('app.current_user_id', true), '')::uuid)) WITH CHECK (user_id = (select nullif(current_setting('app.current_user_id', true), '')::uuid));
CREATE POLICY "warmup_daily_logs_tenant_isolation" ON "warmup_daily_logs" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "warmup_events_tenant_isolation" ON "warmup_events" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "warmup_schedules_tenant_isolation" ON "warmup_schedules" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));
CREATE POLICY "api_keys_tenant_isolation" ON "api_keys" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE POLICY "invitations_tenant_isolation" ON "invitations" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE POLICY "workspace_members_tenant_isolation" ON "workspace_members" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE POLICY "workspaces_tenant_isolation" ON "workspaces" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));