CREATE TABLE "tasks" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"contact_id" uuid NOT NULL,
	"title" text NOT NULL,
	"note" text,
	"due_on" date,
	"assignee_id" uuid,
	"campaign_id" uuid,
	"created_by" uuid,
	"done_at" timestamp with time zone,
	"done_by" uuid,
	CONSTRAINT "tasks_tenant_id_id_key" UNIQUE("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "tasks" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "step_drivers" ADD COLUMN "turn" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "campaign_settings" ADD COLUMN "snooze_on_auto_reply" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "owner_id" uuid;--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "snoozed_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "notify"."notifications" ADD COLUMN "sent_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "notify"."notifications" ADD COLUMN "attempts" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "notify"."notifications" ADD COLUMN "next_attempt_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "contact_scores" ADD COLUMN "adjustment" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_contact_id_fkey" FOREIGN KEY ("tenant_id","contact_id") REFERENCES "public"."contacts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_campaign_id_fkey" FOREIGN KEY ("tenant_id","campaign_id") REFERENCES "public"."campaigns"("tenant_id","id") ON DELETE SET NULL ("campaign_id") ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_tasks_contact" ON "tasks" USING btree ("tenant_id","contact_id","id");--> statement-breakpoint
CREATE INDEX "idx_tasks_open" ON "tasks" USING btree ("tenant_id","workspace_id",coalesce(due_on, 'infinity'::date),"id") WHERE done_at is null;--> statement-breakpoint
CREATE INDEX "idx_tasks_done" ON "tasks" USING btree ("tenant_id","workspace_id","done_at" DESC NULLS LAST,"id") WHERE done_at is not null;--> statement-breakpoint
CREATE INDEX "idx_notifications_unsent" ON "notify"."notifications" USING btree ("created_at") WHERE channel = 'email' and sent_at is null;--> statement-breakpoint
CREATE POLICY "tasks_tenant_isolation" ON "tasks" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));--> statement-breakpoint
-- Mails to members that are to leave: not tried yet, or to be tried again.
CREATE FUNCTION public.due_notification_mails(tries_max integer DEFAULT 5, at_most integer DEFAULT 100)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, user_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
  SELECT n.tenant_id, n.workspace_id, n.user_id, n.id
  FROM notify.notifications n
  WHERE n.channel = 'email' AND n.sent_at IS NULL AND n.workspace_id IS NOT NULL AND n.attempts < tries_max
    AND (n.next_attempt_at IS NULL OR n.next_attempt_at <= public.app_now())
    AND (n.expires_at IS NULL OR n.expires_at > public.app_now())
  ORDER BY n.created_at LIMIT at_most
$$;--> statement-breakpoint
-- Whether somebody in a campaign under way may be waiting for a contact to become something. Asked before anything else:
-- most statements concern nobody.
CREATE FUNCTION public.waiters_listen() RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF coalesce(current_setting('app.current_tenant_id', true), '') = ''
    OR coalesce(current_setting('app.current_workspace_id', true), '') IN ('', '*') THEN
    RETURN false;
  END IF;
  RETURN EXISTS (
    SELECT FROM public.campaigns k JOIN public.campaign_steps s ON s.campaign_id = k.id
    WHERE k.status IN ('active', 'paused') AND k.archived_at IS NULL AND k.deleted_at IS NULL AND s.is_active
      AND (s.wait_up_to IS NOT NULL OR s.wait_duration ->> 'event' = 'field_value'));
END $$;--> statement-breakpoint
-- Asks those again who wait; the sweeper finds that they are due. Who is being looked at this very moment is passed over:
-- contacts are locked already, and enrollments come before them.
CREATE FUNCTION public.wake_waiters(contact_ids uuid[]) RETURNS void LANGUAGE sql AS $$
  UPDATE public.campaign_contacts e SET next_email_scheduled_at = public.app_now()
  FROM (
    SELECT w.id FROM public.campaign_contacts w
    WHERE w.contact_id = ANY (contact_ids) AND w.status IN ('enrolled', 'active')
      AND w.wait_reason IN ('waiting_for_condition', 'waiting_for_event') AND w.next_email_scheduled_at > public.app_now()
    ORDER BY w.id FOR NO KEY UPDATE SKIP LOCKED
  ) waiting
  WHERE e.id = waiting.id
$$;--> statement-breakpoint
CREATE FUNCTION public.wake_waiters_of_contacts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT public.waiters_listen() THEN RETURN NULL; END IF;
  PERFORM public.wake_waiters(ARRAY(
    SELECT n.id FROM now_is n JOIN was w ON w.id = n.id
    WHERE n.version <> w.version OR n.lead_score <> w.lead_score OR n.status <> w.status));
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER wake_waiters_trigger AFTER UPDATE ON public.contacts REFERENCING OLD TABLE AS was NEW TABLE AS now_is
  FOR EACH STATEMENT EXECUTE FUNCTION public.wake_waiters_of_contacts();--> statement-breakpoint
CREATE FUNCTION public.wake_waiters_of_members() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF public.waiters_listen() THEN
    PERFORM public.wake_waiters(ARRAY(SELECT DISTINCT m.contact_id FROM members m));
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER wake_waiters_trigger AFTER INSERT ON public.contact_tags REFERENCING NEW TABLE AS members
  FOR EACH STATEMENT EXECUTE FUNCTION public.wake_waiters_of_members();--> statement-breakpoint
CREATE TRIGGER wake_waiters_gone_trigger AFTER DELETE ON public.contact_tags REFERENCING OLD TABLE AS members
  FOR EACH STATEMENT EXECUTE FUNCTION public.wake_waiters_of_members();--> statement-breakpoint
CREATE TRIGGER wake_waiters_trigger AFTER INSERT ON public.segment_contacts REFERENCING NEW TABLE AS members
  FOR EACH STATEMENT EXECUTE FUNCTION public.wake_waiters_of_members();--> statement-breakpoint
CREATE TRIGGER wake_waiters_gone_trigger AFTER DELETE ON public.segment_contacts REFERENCING OLD TABLE AS members
  FOR EACH STATEMENT EXECUTE FUNCTION public.wake_waiters_of_members();
