CREATE TABLE "mailbox_readers" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"email_account_id" uuid NOT NULL,
	"uid_validity" text,
	"last_uid" bigint DEFAULT 0 NOT NULL,
	"problem" text,
	"fence" bigint DEFAULT 0 NOT NULL,
	"run_id" text,
	"lease_until" timestamp with time zone,
	"wakes_at" timestamp with time zone,
	"not_before" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "mailbox_readers_account_unique" UNIQUE("tenant_id","email_account_id")
);
--> statement-breakpoint
ALTER TABLE "mailbox_readers" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "sandbox"."deliveries" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"mailbox" text collate "C" NOT NULL,
	"uid" integer NOT NULL,
	"raw" "bytea" NOT NULL,
	"delivered_at" timestamp with time zone DEFAULT app_now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "content"."email_messages" DROP CONSTRAINT "valid_message_type";--> statement-breakpoint
ALTER TABLE "sandbox"."acts" DROP CONSTRAINT "valid_act";--> statement-breakpoint
ALTER TABLE "sandbox"."settings" DROP CONSTRAINT "valid_rates";--> statement-breakpoint
ALTER TABLE "campaign_settings" ADD COLUMN "reply_reach" text DEFAULT 'sender' NOT NULL;--> statement-breakpoint
ALTER TABLE "campaign_settings" ADD COLUMN "stop_company_on_reply" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "email_accounts" ADD COLUMN "imap_secret_sealed" text;--> statement-breakpoint
ALTER TABLE "sandbox"."settings" ADD COLUMN "reply_rate" real DEFAULT 0.06 NOT NULL;--> statement-breakpoint
ALTER TABLE "sandbox"."settings" ADD COLUMN "auto_reply_rate" real DEFAULT 0.03 NOT NULL;--> statement-breakpoint
ALTER TABLE "sandbox"."settings" ADD COLUMN "bounce_rate" real DEFAULT 0.015 NOT NULL;--> statement-breakpoint
ALTER TABLE "mailbox_readers" ADD CONSTRAINT "mailbox_readers_email_account_id_fkey" FOREIGN KEY ("tenant_id","email_account_id") REFERENCES "public"."email_accounts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_mailbox_readers_wakes" ON "mailbox_readers" USING btree ("wakes_at");--> statement-breakpoint
CREATE UNIQUE INDEX "deliveries_mailbox_uid_unique" ON "sandbox"."deliveries" USING btree ("mailbox","uid");--> statement-breakpoint
ALTER TABLE "campaign_settings" ADD CONSTRAINT "valid_reply_reach" CHECK ("campaign_settings"."reply_reach" in ('campaign', 'sender', 'workspace'));--> statement-breakpoint
ALTER TABLE "content"."email_messages" ADD CONSTRAINT "valid_message_type" CHECK ("content"."email_messages"."message_type" in ('email', 'bounce', 'auto_reply', 'complaint')) NOT VALID;--> statement-breakpoint
ALTER TABLE "sandbox"."acts" ADD CONSTRAINT "valid_act" CHECK ("sandbox"."acts"."act" in ('open', 'click', 'unsubscribe', 'reply', 'auto_reply', 'bounce'));--> statement-breakpoint
ALTER TABLE "sandbox"."settings" ADD CONSTRAINT "valid_rates" CHECK (open_rate between 0 and 1 and click_rate between 0 and 1 and unsubscribe_rate between 0 and 1
        and reply_rate between 0 and 1 and auto_reply_rate between 0 and 1 and bounce_rate between 0 and 1);--> statement-breakpoint
CREATE POLICY "mailbox_readers_tenant_isolation" ON "mailbox_readers" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));--> statement-breakpoint
-- Every row satisfied the narrower check: this only reads, while others write.
ALTER TABLE "content"."email_messages" VALIDATE CONSTRAINT "valid_message_type";--> statement-breakpoint
-- Mailboxes to be read: their time has come, their run has fallen silent, or they were never read. A mailbox of the
-- sandbox, where asking costs nothing, is read when something has come for it.
CREATE FUNCTION public.due_mailbox_readers(overslept_seconds integer DEFAULT 20, at_most integer DEFAULT 1000)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
  SELECT a.tenant_id, a.workspace_id, a.id
  FROM public.email_accounts a
  LEFT JOIN public.mailbox_readers r ON r.tenant_id = a.tenant_id AND r.email_account_id = a.id
  WHERE a.status <> 'disabled' AND (r.lease_until IS NULL OR r.lease_until <= public.app_now())
    AND CASE WHEN a.provider = 'sandbox' THEN EXISTS (
        SELECT FROM sandbox.deliveries d WHERE d.mailbox = a.id::text AND d.uid > coalesce(r.last_uid, 0))
        AND (r.not_before IS NULL OR r.not_before <= public.app_now())
      ELSE a.imap_host IS NOT NULL
        AND (r.wakes_at IS NULL OR r.wakes_at <= public.app_now() - make_interval(secs => overslept_seconds)) END
  ORDER BY r.wakes_at NULLS FIRST LIMIT at_most
$$;
