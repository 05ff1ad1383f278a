CREATE TABLE "campaign_arrivals" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"trigger_id" uuid,
	"contact_id" uuid NOT NULL,
	"due_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"ref_id" uuid,
	"actor_id" uuid,
	CONSTRAINT "campaign_arrivals_contact_unique" UNIQUE NULLS NOT DISTINCT("tenant_id","campaign_id","contact_id","trigger_id")
);
--> statement-breakpoint
ALTER TABLE "campaign_arrivals" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "campaign_conversions" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"goal_id" uuid NOT NULL,
	"enrollment_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"run_number" integer NOT NULL,
	"message_id" uuid,
	"step_id" uuid,
	"ref_id" uuid,
	"occurred_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "campaign_conversions_once_unique" UNIQUE("tenant_id","goal_id","enrollment_id","run_number")
);
--> statement-breakpoint
ALTER TABLE "campaign_conversions" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "campaign_triggers" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"campaign_id" uuid NOT NULL,
	"role" text DEFAULT 'enter' NOT NULL,
	"trigger_type" text NOT NULL,
	"goal_id" uuid,
	"segment_id" uuid,
	"match" text collate "C",
	"value" text,
	"link_campaign_id" uuid,
	"enrolled_count" integer DEFAULT 0 NOT NULL,
	"already_count" integer DEFAULT 0 NOT NULL,
	"excluded_count" integer DEFAULT 0 NOT NULL,
	"unmailable_count" integer DEFAULT 0 NOT NULL,
	"last_arrival_at" timestamp with time zone,
	CONSTRAINT "campaign_triggers_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_role" CHECK ("campaign_triggers"."role" in ('enter', 'leave', 'goal')),
	CONSTRAINT "valid_trigger_type" CHECK ("campaign_triggers"."trigger_type" in ('segment_entered', 'segment_left', 'tag_added', 'field_changed', 'event', 'link_clicked', 'manual')),
	CONSTRAINT "goal_has_goal" CHECK ((role = 'goal') = (goal_id is not null))
);
--> statement-breakpoint
ALTER TABLE "campaign_triggers" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "custom_events" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"event_id" text collate "C" NOT NULL,
	"name" text collate "C" NOT NULL,
	"contact_id" uuid NOT NULL,
	"properties" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"occurred_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"api_key_id" uuid,
	CONSTRAINT "custom_events_event_id_unique" UNIQUE("tenant_id","workspace_id","event_id")
);
--> statement-breakpoint
ALTER TABLE "custom_events" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "contact_edits" DROP CONSTRAINT "valid_action";--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "auto_enroll" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "remove_on_exit" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "tenant_policies" ADD COLUMN "contact_emails_per_day" integer;--> statement-breakpoint
ALTER TABLE "tenant_policies" ADD COLUMN "contact_hours_apart" integer;--> statement-breakpoint
ALTER TABLE "campaign_triggers" ADD CONSTRAINT "campaign_triggers_campaign_id_fkey" FOREIGN KEY ("tenant_id","campaign_id") REFERENCES "public"."campaigns"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_triggers" ADD CONSTRAINT "campaign_triggers_goal_id_fkey" FOREIGN KEY ("tenant_id","goal_id") REFERENCES "public"."campaign_goals"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_triggers" ADD CONSTRAINT "campaign_triggers_segment_id_fkey" FOREIGN KEY ("tenant_id","segment_id") REFERENCES "public"."segments"("tenant_id","id") ON DELETE SET NULL ("segment_id") ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_triggers" ADD CONSTRAINT "campaign_triggers_link_campaign_id_fkey" FOREIGN KEY ("tenant_id","link_campaign_id") REFERENCES "public"."campaigns"("tenant_id","id") ON DELETE SET NULL ("link_campaign_id") ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_campaign_arrivals_due" ON "campaign_arrivals" USING btree ("tenant_id","campaign_id","due_at");--> statement-breakpoint
CREATE INDEX "idx_campaign_conversions_campaign" ON "campaign_conversions" USING btree ("tenant_id","campaign_id","id");--> statement-breakpoint
CREATE INDEX "idx_campaign_triggers_campaign" ON "campaign_triggers" USING btree ("tenant_id","campaign_id","id");--> statement-breakpoint
CREATE INDEX "idx_campaign_triggers_type" ON "campaign_triggers" USING btree ("tenant_id","workspace_id","trigger_type");--> statement-breakpoint
CREATE INDEX "idx_custom_events_contact" ON "custom_events" USING btree ("tenant_id","contact_id","name","occurred_at");--> statement-breakpoint
CREATE INDEX "idx_custom_events_name" ON "custom_events" USING btree ("tenant_id","workspace_id","name");--> statement-breakpoint
ALTER TABLE "contact_edits" ADD CONSTRAINT "valid_action" CHECK ("contact_edits"."action" in ('tag', 'untag', 'add_to_list', 'remove_from_list', 'set_field', 'set_stage', 'unsubscribe', 'archive', 'restore', 'delete', 'add_to_campaign'));--> statement-breakpoint
ALTER TABLE "tenant_policies" ADD CONSTRAINT "valid_contact_limits" CHECK (contact_emails_per_day > 0 and contact_hours_apart > 0);--> statement-breakpoint
CREATE POLICY "campaign_arrivals_tenant_isolation" ON "campaign_arrivals" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));--> statement-breakpoint
CREATE POLICY "campaign_conversions_tenant_isolation" ON "campaign_conversions" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));--> statement-breakpoint
CREATE POLICY "campaign_triggers_tenant_isolation" ON "campaign_triggers" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));--> statement-breakpoint
CREATE POLICY "custom_events_tenant_isolation" ON "custom_events" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));--> statement-breakpoint
CREATE CONSTRAINT TRIGGER campaign_triggers_same_workspace
  AFTER INSERT OR UPDATE OF campaign_id, segment_id, link_campaign_id ON public.campaign_triggers FOR EACH ROW
  EXECUTE FUNCTION public.refuse_other_workspace('segment_id', 'public.segments', 'link_campaign_id', 'public.campaigns', 'campaign_id', 'public.campaigns');--> statement-breakpoint
-- Whether any campaign of the workspace that has been launched and has not ended listens to this. Asked before anything
-- else: most statements concern nobody.
CREATE FUNCTION public.campaigns_listen(types text[]) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF coalesce(current_setting('app.current_tenant_id', true), '') = ''
    OR coalesce(current_setting('app.current_workspace_id', true), '') IN ('', '*') THEN
    RETURN false;
  END IF;
  RETURN EXISTS (
    SELECT FROM public.campaign_triggers t JOIN public.campaigns k ON k.id = t.campaign_id
    WHERE t.trigger_type = ANY (types) AND k.status IN ('active', 'paused') AND k.archived_at IS NULL AND k.deleted_at IS NULL);
END $$;--> statement-breakpoint
-- Contacts that were given a tag arrive at the campaigns that listen to it, in the transaction that tags them.
CREATE FUNCTION public.note_tag_arrivals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT public.campaigns_listen('{tag_added}') THEN RETURN NULL; END IF;
  INSERT INTO public.campaign_arrivals (campaign_id, trigger_id, contact_id)
  SELECT t.campaign_id, t.id, a.contact_id
  FROM added a
  JOIN public.tags g ON g.id = a.tag_id
  JOIN public.campaign_triggers t ON t.trigger_type = 'tag_added' AND t.match = lower(g.name)
  JOIN public.campaigns k ON k.id = t.campaign_id AND k.status IN ('active', 'paused') AND k.archived_at IS NULL AND k.deleted_at IS NULL
  ORDER BY a.contact_id, t.id
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER note_arrivals_trigger AFTER INSERT ON public.contact_tags REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION public.note_tag_arrivals();--> statement-breakpoint
-- Contacts of which a field took another value. A custom field is named custom.<name>.
CREATE FUNCTION public.note_field_arrivals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT public.campaigns_listen('{field_changed}') THEN RETURN NULL; END IF;
  INSERT INTO public.campaign_arrivals (campaign_id, trigger_id, contact_id)
  SELECT t.campaign_id, t.id, n.id
  FROM now_is n
  JOIN was w ON w.id = n.id
  CROSS JOIN public.campaign_triggers t
  JOIN public.campaigns k ON k.id = t.campaign_id AND k.status IN ('active', 'paused') AND k.archived_at IS NULL AND k.deleted_at IS NULL
  CROSS JOIN LATERAL (SELECT
    CASE WHEN starts_with(t.match, 'custom.') THEN w.custom_fields ->> substr(t.match, 8) ELSE to_jsonb(w) ->> t.match END AS before,
    CASE WHEN starts_with(t.match, 'custom.') THEN n.custom_fields ->> substr(t.match, 8) ELSE to_jsonb(n) ->> t.match END AS after) f
  WHERE t.trigger_type = 'field_changed' AND n.deleted_at IS NULL AND f.before IS DISTINCT FROM f.after
    AND (t.value IS NULL OR lower(f.after) = lower(t.value))
  ORDER BY n.id, t.id
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER note_arrivals_trigger AFTER UPDATE ON public.contacts REFERENCING OLD TABLE AS was NEW TABLE AS now_is
  FOR EACH STATEMENT EXECUTE FUNCTION public.note_field_arrivals();--> statement-breakpoint
-- Contacts that came to a list or a segment.
CREATE FUNCTION public.note_entered_arrivals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT public.campaigns_listen('{segment_entered}') THEN RETURN NULL; END IF;
  INSERT INTO public.campaign_arrivals (campaign_id, trigger_id, contact_id)
  SELECT t.campaign_id, t.id, a.contact_id
  FROM added a
  JOIN public.campaign_triggers t ON t.trigger_type = 'segment_entered' AND t.segment_id = a.segment_id
  JOIN public.campaigns k ON k.id = t.campaign_id AND k.status IN ('active', 'paused') AND k.archived_at IS NULL AND k.deleted_at IS NULL
  ORDER BY a.contact_id, t.id
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER note_entered_trigger AFTER INSERT ON public.segment_contacts REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION public.note_entered_arrivals();--> statement-breakpoint
-- Contacts that left one. Whoever fell out of a segment's rules has until the next recalculation to come back.
CREATE FUNCTION public.note_left_arrivals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT public.campaigns_listen('{segment_left}') THEN RETURN NULL; END IF;
  INSERT INTO public.campaign_arrivals (campaign_id, trigger_id, contact_id, due_at)
  SELECT t.campaign_id, t.id, g.contact_id,
    public.app_now() + CASE WHEN g.added_via = 'rule_match' THEN interval '35 minutes' ELSE interval '0' END
  FROM gone g
  JOIN public.campaign_triggers t ON t.trigger_type = 'segment_left' AND t.segment_id = g.segment_id
  JOIN public.campaigns k ON k.id = t.campaign_id AND k.status IN ('active', 'paused') AND k.archived_at IS NULL AND k.deleted_at IS NULL
  ORDER BY g.contact_id, t.id
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER note_left_trigger AFTER DELETE ON public.segment_contacts REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION public.note_left_arrivals();--> statement-breakpoint
-- Running campaigns with somebody at the door.
CREATE FUNCTION public.due_campaign_arrivals(at_most integer DEFAULT 1000)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
  SELECT k.tenant_id, k.workspace_id, k.id
  FROM public.campaigns k
  WHERE k.status = 'active' AND k.deleted_at IS NULL AND EXISTS (
    SELECT FROM public.campaign_arrivals a
    WHERE a.tenant_id = k.tenant_id AND a.campaign_id = k.id AND a.due_at <= public.app_now())
  ORDER BY k.id LIMIT at_most
$$;--> statement-breakpoint
-- Campaigns whose own run has fallen silent, or that have come to their start, their end, or to nobody left.
CREATE OR REPLACE FUNCTION public.campaigns_to_check(overslept_seconds integer DEFAULT 20, at_most integer DEFAULT 1000)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.tenant_id, c.workspace_id, c.id
  FROM public.campaigns c
  LEFT JOIN public.campaign_drivers d ON d.tenant_id = c.tenant_id AND d.campaign_id = c.id
  WHERE c.deleted_at IS NULL AND (
    c.status = 'scheduled' AND c.start_date <= public.app_now()
    OR c.status = 'active' AND (
      d.id IS NULL
      OR c.end_date <= public.app_now()
      OR d.phase <> 'done' AND (d.lease_until IS NULL OR d.lease_until <= public.app_now())
        AND d.wakes_at <= public.app_now() - make_interval(secs => overslept_seconds)
      -- One that goes on taking people in is not over when nobody is on the way.
      OR c.frozen_at IS NOT NULL AND c.campaign_type <> 'triggered' AND NOT c.auto_enroll AND NOT EXISTS (
        SELECT FROM public.campaign_contacts e
        WHERE e.tenant_id = c.tenant_id AND e.campaign_id = c.id AND e.status IN ('enrolled', 'active', 'paused'))))
  ORDER BY c.id LIMIT at_most
$$;
