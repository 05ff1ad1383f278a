CREATE TABLE "analytics"."variant_analytics" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"date" date NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"variant_id" uuid NOT NULL,
	"test_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"variant_name" text collate "C",
	"emails_sent" integer DEFAULT 0 NOT NULL,
	"emails_delivered" integer DEFAULT 0 NOT NULL,
	"emails_opened" integer DEFAULT 0 NOT NULL,
	"opens_total" integer DEFAULT 0 NOT NULL,
	"machine_opens" integer DEFAULT 0 NOT NULL,
	"emails_clicked" integer DEFAULT 0 NOT NULL,
	"clicks_total" integer DEFAULT 0 NOT NULL,
	"emails_replied" integer DEFAULT 0 NOT NULL,
	"emails_bounced" integer DEFAULT 0 NOT NULL,
	"bounced_hard" integer DEFAULT 0 NOT NULL,
	"bounced_soft" integer DEFAULT 0 NOT NULL,
	"complaints" integer DEFAULT 0 NOT NULL,
	"unsubscribes" integer DEFAULT 0 NOT NULL,
	"conversions" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "variant_analytics_day_unique" UNIQUE("tenant_id","variant_id","date")
);
--> statement-breakpoint
ALTER TABLE "analytics"."variant_analytics" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "pictures" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"filename" text NOT NULL,
	"mime" text NOT NULL,
	"width" integer NOT NULL,
	"height" integer NOT NULL,
	"size_bytes" integer NOT NULL,
	"sha256" text collate "C" NOT NULL,
	"alt" text DEFAULT '' NOT NULL,
	"created_by" uuid,
	"referred_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"kept_since" timestamp with time zone,
	CONSTRAINT "pictures_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "pictures_content_unique" UNIQUE("tenant_id","workspace_id","sha256"),
	CONSTRAINT "valid_mime" CHECK ("pictures"."mime" in ('image/png', 'image/jpeg', 'image/gif'))
);
--> statement-breakpoint
ALTER TABLE "pictures" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "campaign_goals" ADD COLUMN "retired_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "email_drafts" ADD COLUMN "ai_cost_micros" integer;--> statement-breakpoint
ALTER TABLE "tenant_policies" ADD COLUMN "ai_unreviewed_allowed" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "workspaces" ADD COLUMN "ai_key_sealed" text;--> statement-breakpoint
ALTER TABLE "pictures" ADD CONSTRAINT "pictures_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_variant_analytics_test" ON "analytics"."variant_analytics" USING btree ("tenant_id","test_id","date");--> statement-breakpoint
CREATE INDEX "idx_pictures_workspace" ON "pictures" USING btree ("tenant_id","workspace_id","id");--> statement-breakpoint
CREATE POLICY "variant_analytics_tenant_isolation" ON "analytics"."variant_analytics" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));--> statement-breakpoint
CREATE POLICY "pictures_tenant_isolation" ON "pictures" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));--> statement-breakpoint
-- What campaigns listen to at this moment, as before; a goal that was changed or taken away is listened to no more.
CREATE OR REPLACE VIEW public.listening_triggers WITH (security_invoker = true) AS
  SELECT t.* FROM public.campaign_triggers t
  JOIN public.campaigns k ON k.tenant_id = t.tenant_id AND k.id = t.campaign_id
  LEFT JOIN public.campaign_goals g ON g.tenant_id = t.tenant_id AND g.id = t.goal_id
  WHERE k.deleted_at IS NULL AND g.retired_at IS NULL AND (
    k.status IN ('active', 'paused') AND k.archived_at IS NULL
    OR t.role = 'goal' AND k.status = 'completed' AND k.completed_at > public.app_now() - make_interval(days => g.attribution_days));
