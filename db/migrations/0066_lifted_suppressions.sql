CREATE TABLE "lifted_suppressions" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"email_normalized" text collate "C" NOT NULL,
	"scope" text NOT NULL,
	"workspace_id" uuid,
	"reason" text NOT NULL,
	"added_by" uuid,
	"added_at" timestamp with time zone NOT NULL,
	"lifted_by" uuid,
	CONSTRAINT "lifted_suppressions_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_scope" CHECK ("lifted_suppressions"."scope" in ('tenant', 'workspace', 'category')),
	CONSTRAINT "valid_workspace" CHECK ((scope = 'tenant') = (workspace_id is null))
);
--> statement-breakpoint
ALTER TABLE "lifted_suppressions" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE INDEX "idx_lifted_suppressions_address" ON "lifted_suppressions" USING btree ("tenant_id","email_normalized");--> statement-breakpoint
CREATE POLICY "lifted_suppressions_tenant_isolation" ON "lifted_suppressions" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and (workspace_id is null or workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid))) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and (workspace_id is null or workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)));