-- A campaign that repeats: each of its times that has come, and the campaign that it became.
CREATE TABLE "campaign_occurrences" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"outcome" text NOT NULL,
	"child_id" uuid,
	"reason" text,
	CONSTRAINT "campaign_occurrences_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "campaign_occurrences_number_unique" UNIQUE("tenant_id","campaign_id","number"),
	CONSTRAINT "campaign_occurrences_due_unique" UNIQUE("tenant_id","campaign_id","due_at"),
	CONSTRAINT "campaign_occurrences_child_unique" UNIQUE("tenant_id","child_id"),
	CONSTRAINT "valid_outcome" CHECK ("campaign_occurrences"."outcome" in ('launched', 'refused', 'missed')),
	CONSTRAINT "valid_number" CHECK (number > 0)
);
--> statement-breakpoint
ALTER TABLE "campaign_occurrences" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "campaign_occurrences" ADD CONSTRAINT "campaign_occurrences_campaign_id_fkey" FOREIGN KEY ("tenant_id","campaign_id") REFERENCES "public"."campaigns"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_occurrences" ADD CONSTRAINT "campaign_occurrences_child_id_fkey" FOREIGN KEY ("tenant_id","child_id") REFERENCES "public"."campaigns"("tenant_id","id") ON DELETE SET NULL ("child_id") ON UPDATE no action;--> statement-breakpoint
CREATE POLICY "campaign_occurrences_tenant_isolation" ON "campaign_occurrences" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));