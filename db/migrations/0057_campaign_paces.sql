-- Each mailbox that a campaign sends from keeps its pace for itself; a receiving domain may have a limit an hour.
CREATE TABLE "campaign_paces" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"email_account_id" uuid NOT NULL,
	"last_slot_at" timestamp with time zone,
	"last_claimed_at" timestamp with time zone,
	CONSTRAINT "campaign_paces_mailbox_unique" UNIQUE("tenant_id","campaign_id","email_account_id")
);
--> statement-breakpoint
ALTER TABLE "campaign_paces" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "sending_limits" DROP CONSTRAINT "valid_recipient_limit";--> statement-breakpoint
ALTER TABLE "campaign_paces" ADD CONSTRAINT "campaign_paces_campaign_id_fkey" FOREIGN KEY ("tenant_id","campaign_id") REFERENCES "public"."campaigns"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_paces" ADD CONSTRAINT "campaign_paces_email_account_id_fkey" FOREIGN KEY ("tenant_id","email_account_id") REFERENCES "public"."email_accounts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_usage" DROP COLUMN "last_slot_at";--> statement-breakpoint
ALTER TABLE "campaign_usage" DROP COLUMN "last_claimed_at";--> statement-breakpoint
CREATE POLICY "campaign_paces_tenant_isolation" ON "campaign_paces" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));