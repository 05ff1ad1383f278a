CREATE TABLE "webhook_calls" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"step_id" uuid NOT NULL,
	"enrollment_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"run_number" integer NOT NULL,
	"visit" integer NOT NULL,
	"status" text DEFAULT 'calling' NOT NULL,
	"attempts" integer DEFAULT 1 NOT NULL,
	"claim_token" uuid,
	"lease_until" timestamp with time zone,
	"response_status" integer,
	"error" text,
	"settled_at" timestamp with time zone,
	CONSTRAINT "webhook_calls_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "webhook_calls_visit_unique" UNIQUE("tenant_id","enrollment_id","run_number","step_id","visit"),
	CONSTRAINT "valid_status" CHECK ("webhook_calls"."status" in ('calling', 'retrying', 'done', 'failed', 'unknown'))
);
--> statement-breakpoint
ALTER TABLE "webhook_calls" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE INDEX "idx_webhook_calls_step" ON "webhook_calls" USING btree ("tenant_id","step_id","status","id");--> statement-breakpoint
CREATE POLICY "webhook_calls_tenant_isolation" ON "webhook_calls" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));