CREATE TABLE "recipient_usage" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"domain" text collate "C" NOT NULL,
	"day" date NOT NULL,
	"used" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "recipient_usage_day_unique" UNIQUE("tenant_id","workspace_id","domain","day"),
	CONSTRAINT "valid_used" CHECK (used >= 0)
);
--> statement-breakpoint
ALTER TABLE "recipient_usage" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "sending_limits" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"kind" text NOT NULL,
	"domain" text collate "C" DEFAULT '' NOT NULL,
	"daily_limit" integer,
	"hourly_limit" integer,
	CONSTRAINT "sending_limits_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "sending_limits_domain_unique" UNIQUE("tenant_id","workspace_id","kind","domain"),
	CONSTRAINT "valid_kind" CHECK ("sending_limits"."kind" in ('workspace', 'domain', 'recipient_domain')),
	CONSTRAINT "valid_limits" CHECK (daily_limit > 0 and hourly_limit > 0),
	CONSTRAINT "valid_domain" CHECK ((kind = 'workspace') = (domain = '')),
	CONSTRAINT "valid_recipient_limit" CHECK (kind <> 'recipient_domain' or hourly_limit is null)
);
--> statement-breakpoint
ALTER TABLE "sending_limits" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "content"."email_messages" ADD COLUMN "recipient_day" date;--> statement-breakpoint
ALTER TABLE "recipient_usage" ADD CONSTRAINT "recipient_usage_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sending_limits" ADD CONSTRAINT "sending_limits_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE POLICY "recipient_usage_tenant_isolation" ON "recipient_usage" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));--> statement-breakpoint
CREATE POLICY "sending_limits_tenant_isolation" ON "sending_limits" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));--> statement-breakpoint
-- Emails of the current tenant to these addresses since then, from every workspace: those that have left or are being
-- handed over (`claimed`), and those with a slot. What one person may get is limited over all of them.
CREATE FUNCTION public.recent_mail(addresses text[], since timestamptz)
RETURNS TABLE (message_id uuid, email text, at timestamptz, claimed boolean)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
  SELECT m.id, a.email, coalesce(m.sent_at, m.claimed_at, m.scheduled_for), m.delivery_status <> 'queued'
  FROM public.workspaces w
  CROSS JOIN unnest(addresses) AS a(email)
  CROSS JOIN LATERAL (
    SELECT c.tenant_id, c.id FROM public.contacts c
    WHERE c.tenant_id = w.tenant_id AND c.workspace_id = w.id AND c.email_normalized = a.email
  ) c
  JOIN content.email_messages m ON m.tenant_id = c.tenant_id AND m.contact_id = c.id
  WHERE w.tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid
    AND m.direction = 'outbound' AND NOT m.is_test
    AND (m.sent_at > since
      OR m.delivery_status IN ('sending', 'unknown') AND m.claimed_at > since
      OR m.delivery_status = 'queued' AND m.scheduled_for IS NOT NULL)
$$;
