CREATE TABLE "holiday_calendars" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"country" text collate "C" NOT NULL,
	"region" text collate "C" DEFAULT '' NOT NULL,
	"campaign_ids" uuid[],
	"filled_until" integer NOT NULL,
	CONSTRAINT "holiday_calendars_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "holiday_calendars_place_unique" UNIQUE("tenant_id","workspace_id","country","region")
);
--> statement-breakpoint
ALTER TABLE "holiday_calendars" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "missed_wakes" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"contact_id" uuid NOT NULL
);
--> statement-breakpoint
ALTER TABLE "missed_wakes" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "blackout_dates" ADD COLUMN "calendar_id" uuid;--> statement-breakpoint
ALTER TABLE "mailbox_readers" ADD COLUMN "folders" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "mailbox_readers" ADD COLUMN "listener" text;--> statement-breakpoint
ALTER TABLE "mailbox_readers" ADD COLUMN "listened_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "holiday_calendars" ADD CONSTRAINT "holiday_calendars_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "missed_wakes" ADD CONSTRAINT "missed_wakes_contact_id_fkey" FOREIGN KEY ("tenant_id","contact_id") REFERENCES "public"."contacts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_missed_wakes_contact" ON "missed_wakes" USING btree ("tenant_id","contact_id");--> statement-breakpoint
ALTER TABLE "blackout_dates" ADD CONSTRAINT "blackout_dates_calendar_id_fkey" FOREIGN KEY ("tenant_id","calendar_id") REFERENCES "public"."holiday_calendars"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_blackout_dates_calendar" ON "blackout_dates" USING btree ("tenant_id","calendar_id");--> statement-breakpoint
CREATE POLICY "holiday_calendars_tenant_isolation" ON "holiday_calendars" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));--> statement-breakpoint
CREATE POLICY "missed_wakes_tenant_isolation" ON "missed_wakes" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));--> statement-breakpoint
-- Asks those again who wait; the sweeper finds that they are due. Whoever stands at a step that waits is locked, so that no
-- step asks about them before this has committed; who is being asked about at this very moment, by somebody who does not see
-- the change yet, is passed over, since contacts are locked already and enrollments come before them, and noted.
CREATE OR REPLACE FUNCTION public.wake_waiters(contact_ids uuid[]) RETURNS void LANGUAGE sql AS $$
  WITH standing AS MATERIALIZED (
    SELECT e.id, e.contact_id FROM public.campaign_contacts e
    JOIN public.campaign_steps s ON s.id = e.current_step_id AND s.is_active
      AND (s.wait_up_to IS NOT NULL OR s.wait_duration ->> 'event' = 'field_value')
    WHERE e.contact_id = ANY (contact_ids) AND e.status IN ('enrolled', 'active')
  ), held AS MATERIALIZED (
    SELECT e.id FROM public.campaign_contacts e
    WHERE e.id = ANY (ARRAY(SELECT id FROM standing)) ORDER BY e.id FOR NO KEY UPDATE SKIP LOCKED
  ), woken AS (
    UPDATE public.campaign_contacts e SET next_email_scheduled_at = public.app_now()
    WHERE e.id = ANY (ARRAY(SELECT id FROM held)) AND e.status IN ('enrolled', 'active')
      AND e.wait_reason IN ('waiting_for_condition', 'waiting_for_event') AND e.next_email_scheduled_at > public.app_now()
  )
  INSERT INTO public.missed_wakes (contact_id)
  SELECT DISTINCT s.contact_id FROM standing s WHERE NOT EXISTS (SELECT FROM held h WHERE h.id = s.id)
$$;--> statement-breakpoint
CREATE FUNCTION public.due_missed_wakes(at_most integer DEFAULT 5000)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
  SELECT w.tenant_id, w.workspace_id, w.id FROM public.missed_wakes w ORDER BY w.id LIMIT at_most
$$;--> statement-breakpoint
-- Calendars without the days of the coming year.
CREATE FUNCTION public.due_holiday_calendars(at_most integer DEFAULT 100)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
  SELECT h.tenant_id, h.workspace_id, h.id FROM public.holiday_calendars h
  WHERE h.filled_until <= extract(year FROM public.app_now() AT TIME ZONE 'UTC') LIMIT at_most
$$;--> statement-breakpoint
-- Workspaces with texts of received mails that are past the months for which their organization keeps them.
CREATE FUNCTION public.expired_bodies()
RETURNS TABLE (tenant_id uuid, workspace_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
  SELECT w.tenant_id, w.id FROM public.workspaces w LEFT JOIN public.tenant_policies p ON p.tenant_id = w.tenant_id
  WHERE EXISTS (
    SELECT FROM content.email_content b
    WHERE b.tenant_id = w.tenant_id AND b.workspace_id = w.id AND b.message_id IS NOT NULL
      AND b.created_at < public.app_now() - make_interval(months => coalesce((p.retention ->> 'bodyMonths')::integer, 24)))
$$;--> statement-breakpoint
-- Mailboxes with a server for reading that no worker listens to.
CREATE FUNCTION public.unheard_mailboxes(at_most integer)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
  SELECT r.tenant_id, r.workspace_id, r.email_account_id
  FROM public.mailbox_readers r JOIN public.email_accounts a ON a.tenant_id = r.tenant_id AND a.id = r.email_account_id
  WHERE a.provider = 'smtp' AND a.imap_host IS NOT NULL AND a.status <> 'disabled' AND r.attempts = 0
    AND (r.listened_until IS NULL OR r.listened_until <= public.app_now())
  ORDER BY r.listened_until NULLS FIRST, r.id LIMIT at_most
$$;
