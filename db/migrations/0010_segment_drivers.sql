CREATE TABLE "contact_announcements" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"event" text NOT NULL,
	"ref_id" uuid NOT NULL,
	"tier" text,
	"contact_ids" uuid[] NOT NULL,
	CONSTRAINT "valid_event" CHECK ("contact_announcements"."event" in ('segment.entered', 'segment.left', 'score.tier_changed'))
);
--> statement-breakpoint
ALTER TABLE "contact_announcements" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "contact_changes" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "contact_changes" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "segment_drivers" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"due_before" timestamp with time zone,
	"checkpoint" jsonb,
	"fence" bigint DEFAULT 0 NOT NULL,
	"run_id" text,
	"lease_until" timestamp with time zone,
	"wakes_at" timestamp with time zone,
	"not_before" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "segment_drivers_workspace_unique" UNIQUE("tenant_id","workspace_id")
);
--> statement-breakpoint
ALTER TABLE "segment_drivers" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "contact_scores" ADD COLUMN "penalty" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "contact_scores" ADD COLUMN "tier" text DEFAULT 'cold' NOT NULL;--> statement-breakpoint
ALTER TABLE "contact_scores" ADD COLUMN "override_total" integer;--> statement-breakpoint
ALTER TABLE "contact_scores" ADD COLUMN "overridden_by" uuid;--> statement-breakpoint
ALTER TABLE "lead_scoring_models" ADD COLUMN "recalculated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "lead_scoring_models" ADD COLUMN "refresh_requested_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "lead_scoring_models" ADD COLUMN "checkpoint" jsonb;--> statement-breakpoint
ALTER TABLE "lead_scoring_models" ADD COLUMN "fence" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "lead_scoring_models" ADD COLUMN "run_id" text;--> statement-breakpoint
ALTER TABLE "lead_scoring_models" ADD COLUMN "lease_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "lead_scoring_models" ADD COLUMN "wakes_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "lead_scoring_models" ADD COLUMN "not_before" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "lead_scoring_models" ADD COLUMN "attempts" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "score_events" ADD COLUMN "tier_before" text;--> statement-breakpoint
ALTER TABLE "score_events" ADD COLUMN "tier_after" text;--> statement-breakpoint
ALTER TABLE "score_events" ADD COLUMN "actor_id" uuid;--> statement-breakpoint
ALTER TABLE "segments" ADD COLUMN "refresh_requested_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "segments" ADD COLUMN "problem" text;--> statement-breakpoint
ALTER TABLE "segment_drivers" ADD CONSTRAINT "segment_drivers_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_contact_announcements_workspace" ON "contact_announcements" USING btree ("tenant_id","workspace_id","id");--> statement-breakpoint
CREATE INDEX "idx_contact_changes_workspace" ON "contact_changes" USING btree ("tenant_id","workspace_id","created_at");--> statement-breakpoint
CREATE INDEX "idx_segment_drivers_wakes" ON "segment_drivers" USING btree ("wakes_at");--> statement-breakpoint
CREATE INDEX "idx_contact_scores_model" ON "contact_scores" USING btree ("tenant_id","model_id","total");--> statement-breakpoint
CREATE INDEX "idx_lead_scoring_models_wakes" ON "lead_scoring_models" USING btree ("wakes_at");--> statement-breakpoint
ALTER TABLE "contact_scores" ADD CONSTRAINT "valid_tier" CHECK ("contact_scores"."tier" in ('cold', 'nurture', 'mql', 'sql'));--> statement-breakpoint
ALTER TABLE "contact_scores" ADD CONSTRAINT "valid_total" CHECK (total between 0 and 100);--> statement-breakpoint
ALTER TABLE "contact_scores" ADD CONSTRAINT "valid_override_total" CHECK (override_total between 0 and 100);--> statement-breakpoint
CREATE POLICY "contact_announcements_tenant_isolation" ON "contact_announcements" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));--> statement-breakpoint
CREATE POLICY "contact_changes_tenant_isolation" ON "contact_changes" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));--> statement-breakpoint
CREATE POLICY "segment_drivers_tenant_isolation" ON "segment_drivers" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));--> statement-breakpoint
-- Notes that contacts, or what rules ask about them, have changed: one row per transaction, and none where no segment
-- would care. A recalculation sets app.recalculating, so as not to call for the next one.
CREATE FUNCTION public.note_contact_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('app.recalculating', true), '') = 'on'
    OR coalesce(current_setting('app.contact_change_noted', true), '') = 'on'
    OR coalesce(current_setting('app.current_tenant_id', true), '') = ''
    OR coalesce(current_setting('app.current_workspace_id', true), '') IN ('', '*') THEN
    RETURN NULL;
  END IF;
  PERFORM set_config('app.contact_change_noted', 'on', true);
  IF EXISTS (SELECT FROM public.segments s WHERE s.segment_type = 'dynamic') THEN
    INSERT INTO public.contact_changes DEFAULT VALUES;
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER note_contact_change_trigger AFTER INSERT OR UPDATE OR DELETE ON public.contacts
  FOR EACH STATEMENT EXECUTE FUNCTION public.note_contact_change();--> statement-breakpoint
CREATE TRIGGER note_contact_change_trigger AFTER INSERT OR DELETE ON public.contact_tags
  FOR EACH STATEMENT EXECUTE FUNCTION public.note_contact_change();--> statement-breakpoint
CREATE TRIGGER note_contact_change_trigger AFTER INSERT OR DELETE ON public.segment_contacts
  FOR EACH STATEMENT EXECUTE FUNCTION public.note_contact_change();--> statement-breakpoint
CREATE TRIGGER note_contact_change_trigger AFTER INSERT ON public.campaign_contacts
  FOR EACH STATEMENT EXECUTE FUNCTION public.note_contact_change();--> statement-breakpoint
CREATE TRIGGER note_contact_change_trigger AFTER INSERT OR UPDATE ON public.email_events
  FOR EACH STATEMENT EXECUTE FUNCTION public.note_contact_change();--> statement-breakpoint
-- Workspaces whose segments are to be recalculated: their time has come, or contacts changed and it has been quiet
-- since, or has not been for ten times as long. The id is the workspace's.
CREATE FUNCTION public.due_segment_drivers(overslept_seconds integer DEFAULT 20, quiet_seconds integer DEFAULT 30, at_most integer DEFAULT 1000)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
  SELECT w.tenant_id, w.id, w.id
  FROM public.workspaces w
  LEFT JOIN public.segment_drivers d ON d.tenant_id = w.tenant_id AND d.workspace_id = w.id
  WHERE (d.lease_until IS NULL OR d.lease_until <= public.app_now())
    AND (EXISTS (
        SELECT FROM public.segments s
        WHERE s.tenant_id = w.tenant_id AND s.workspace_id = w.id AND s.segment_type = 'dynamic')
      AND (d.wakes_at IS NULL OR d.wakes_at <= public.app_now() - make_interval(secs => overslept_seconds))
      OR EXISTS (
        SELECT FROM public.contact_changes x WHERE x.tenant_id = w.tenant_id AND x.workspace_id = w.id
        HAVING max(x.created_at) <= public.app_now() - make_interval(secs => quiet_seconds)
          OR min(x.created_at) <= public.app_now() - make_interval(secs => 10 * quiet_seconds)))
  ORDER BY d.wakes_at NULLS FIRST LIMIT at_most
$$;--> statement-breakpoint
-- Scoring models whose day has come, or whose run has fallen silent.
CREATE FUNCTION public.due_scoring_models(overslept_seconds integer DEFAULT 20, at_most integer DEFAULT 1000)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
  SELECT m.tenant_id, m.workspace_id, m.id
  FROM public.lead_scoring_models m
  WHERE m.is_active AND (m.lease_until IS NULL OR m.lease_until <= public.app_now())
    AND coalesce(m.wakes_at, m.updated_at) <= public.app_now() - make_interval(secs => overslept_seconds)
  ORDER BY m.wakes_at NULLS FIRST LIMIT at_most
$$;
