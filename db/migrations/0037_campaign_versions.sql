CREATE TABLE "campaign_step_states" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"hash" text collate "C" NOT NULL,
	"state" jsonb NOT NULL,
	CONSTRAINT "campaign_step_states_hash_unique" UNIQUE("tenant_id","campaign_id","hash")
);
--> statement-breakpoint
ALTER TABLE "campaign_step_states" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "campaign_versions" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"undo_to" integer,
	"redo_to" integer,
	"label" text NOT NULL,
	"typed_step" uuid,
	"made_by" uuid,
	"steps" jsonb NOT NULL,
	CONSTRAINT "campaign_versions_version_unique" UNIQUE("tenant_id","campaign_id","version")
);
--> statement-breakpoint
ALTER TABLE "campaign_versions" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "user_preferences" ADD COLUMN "campaign_view" text DEFAULT 'list' NOT NULL;--> statement-breakpoint
ALTER TABLE "campaign_step_states" ADD CONSTRAINT "campaign_step_states_campaign_id_fkey" FOREIGN KEY ("tenant_id","campaign_id") REFERENCES "public"."campaigns"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_versions" ADD CONSTRAINT "campaign_versions_campaign_id_fkey" FOREIGN KEY ("tenant_id","campaign_id") REFERENCES "public"."campaigns"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_preferences" ADD CONSTRAINT "valid_campaign_view" CHECK ("user_preferences"."campaign_view" in ('list', 'canvas'));--> statement-breakpoint
CREATE POLICY "campaign_step_states_tenant_isolation" ON "campaign_step_states" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));--> statement-breakpoint
CREATE POLICY "campaign_versions_tenant_isolation" ON "campaign_versions" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));