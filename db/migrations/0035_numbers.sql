CREATE TABLE "analytics"."analytics_rollups" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"timezone" text NOT NULL,
	"through" date NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	CONSTRAINT "analytics_rollups_workspace_unique" UNIQUE("tenant_id","workspace_id")
);
--> statement-breakpoint
ALTER TABLE "analytics"."analytics_rollups" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "campaign_goals" DROP CONSTRAINT "valid_event_type";--> statement-breakpoint
ALTER TABLE "campaign_goals" DROP CONSTRAINT "valid_action";--> statement-breakpoint
ALTER TABLE "campaign_triggers" DROP CONSTRAINT "valid_trigger_type";--> statement-breakpoint
ALTER TABLE "analytics"."campaign_analytics" ADD COLUMN "machine_opens" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "analytics"."lead_analytics" ADD COLUMN "machine_opens" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "analytics"."mailbox_analytics" ADD COLUMN "machine_opens" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "analytics"."segment_analytics" ADD COLUMN "machine_opens" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "analytics"."sequence_step_analytics" ADD COLUMN "machine_opens" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "analytics"."warmup_analytics" ADD COLUMN "machine_opens" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "idx_campaign_conversions_message" ON "campaign_conversions" USING btree ("tenant_id","message_id");--> statement-breakpoint
ALTER TABLE "campaign_goals" ADD CONSTRAINT "valid_attribution" CHECK (attribution_days between 1 and 365);--> statement-breakpoint
ALTER TABLE "campaign_goals" ADD CONSTRAINT "valid_event_type" CHECK ("campaign_goals"."event_type" in ('reply', 'click_url', 'custom_event', 'field_change', 'segment_join', 'tag_added'));--> statement-breakpoint
ALTER TABLE "campaign_goals" ADD CONSTRAINT "valid_action" CHECK ("campaign_goals"."action" in ('exit', 'move', 'stay'));--> statement-breakpoint
ALTER TABLE "campaign_triggers" ADD CONSTRAINT "valid_trigger_type" CHECK ("campaign_triggers"."trigger_type" in ('segment_entered', 'segment_left', 'tag_added', 'field_changed', 'event', 'link_clicked', 'replied', 'manual'));--> statement-breakpoint
CREATE POLICY "analytics_rollups_tenant_isolation" ON "analytics"."analytics_rollups" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));--> statement-breakpoint
DROP VIEW analytics.campaign_performance;--> statement-breakpoint
DROP MATERIALIZED VIEW analytics.campaign_performance_mv;--> statement-breakpoint
-- One row per campaign, summed over its days. It has no policies: nobody reads it but the view below.
CREATE MATERIALIZED VIEW analytics.campaign_performance_mv AS
  SELECT c.tenant_id, c.workspace_id, c.id AS campaign_id, c.name AS campaign_name, c.status,
    coalesce(sum(a.emails_sent), 0)::int AS sent, coalesce(sum(a.emails_delivered), 0)::int AS delivered,
    coalesce(sum(a.emails_opened), 0)::int AS opened_tracked, coalesce(sum(a.emails_clicked), 0)::int AS clicked_tracked,
    coalesce(sum(a.emails_replied), 0)::int AS replied, coalesce(sum(a.emails_bounced), 0)::int AS bounced,
    coalesce(sum(a.unsubscribes), 0)::int AS unsubscribed, coalesce(sum(a.complaints), 0)::int AS complained,
    coalesce(sum(a.conversions), 0)::int AS converted, coalesce(sum(a.machine_opens), 0)::int AS machine_opens,
    round(100.0 * sum(a.emails_delivered) / nullif(sum(a.emails_sent), 0), 2) AS delivery_rate,
    round(100.0 * sum(a.emails_opened) / nullif(sum(a.emails_delivered), 0), 2) AS open_rate,
    round(100.0 * sum(a.emails_clicked) / nullif(sum(a.emails_delivered), 0), 2) AS click_rate,
    greatest(max(a.updated_at), c.updated_at) AS updated_at
  FROM public.campaigns c
  LEFT JOIN analytics.campaign_analytics a ON a.tenant_id = c.tenant_id AND a.campaign_id = c.id
  WHERE c.deleted_at IS NULL
  GROUP BY c.id;--> statement-breakpoint
CREATE UNIQUE INDEX idx_campaign_performance_mv_id ON analytics.campaign_performance_mv (campaign_id);--> statement-breakpoint
CREATE INDEX idx_campaign_performance_mv_status ON analytics.campaign_performance_mv (tenant_id, workspace_id, status);--> statement-breakpoint
CREATE INDEX idx_campaign_analytics_dashboard ON analytics.campaign_performance_mv
  (tenant_id, workspace_id, updated_at DESC, sent DESC) WHERE status = 'completed';--> statement-breakpoint
CREATE INDEX idx_campaign_analytics_metrics ON analytics.campaign_performance_mv
  (campaign_id, sent, delivered, opened_tracked, clicked_tracked, replied);--> statement-breakpoint
-- Reads with its owner's rights, the definer role's, and filters by the settings itself, as a policy would.
CREATE VIEW analytics.campaign_performance WITH (security_barrier = true) AS
  SELECT * FROM analytics.campaign_performance_mv
  WHERE tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    AND ((SELECT current_setting('app.current_workspace_id', true)) = '*'
      OR workspace_id = (SELECT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));--> statement-breakpoint
-- Workspaces that have launched a campaign, in the order of their ids.
CREATE FUNCTION public.workspaces_to_roll_up(after uuid, at_most integer)
RETURNS TABLE (tenant_id uuid, workspace_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50 SET search_path = pg_catalog, pg_temp AS $$
  SELECT w.tenant_id, w.id FROM public.workspaces w
  WHERE (after IS NULL OR w.id > after) AND EXISTS (
    SELECT FROM public.campaigns k WHERE k.tenant_id = w.tenant_id AND k.workspace_id = w.id AND k.launched_at IS NOT NULL)
  ORDER BY w.id LIMIT at_most
$$;--> statement-breakpoint
-- What campaigns listen to at this moment. One that has ended goes on listening for its goals, as long as an email of
-- its last day could be their cause.
CREATE VIEW public.listening_triggers WITH (security_invoker = true) AS
  SELECT t.* FROM public.campaign_triggers t
  JOIN public.campaigns k ON k.tenant_id = t.tenant_id AND k.id = t.campaign_id
  LEFT JOIN public.campaign_goals g ON g.tenant_id = t.tenant_id AND g.id = t.goal_id
  WHERE k.deleted_at IS NULL AND (
    k.status IN ('active', 'paused') AND k.archived_at IS NULL
    OR t.role = 'goal' AND k.status = 'completed' AND k.completed_at > public.app_now() - make_interval(days => g.attribution_days));--> statement-breakpoint
CREATE OR REPLACE FUNCTION public.campaigns_listen(types text[]) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF coalesce(current_setting('app.current_tenant_id', true), '') = ''
    OR coalesce(current_setting('app.current_workspace_id', true), '') IN ('', '*') THEN
    RETURN false;
  END IF;
  RETURN EXISTS (SELECT FROM public.listening_triggers t WHERE t.trigger_type = ANY (types));
END $$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION public.note_tag_arrivals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT public.campaigns_listen('{tag_added}') THEN RETURN NULL; END IF;
  INSERT INTO public.campaign_arrivals (campaign_id, trigger_id, contact_id)
  SELECT t.campaign_id, t.id, a.contact_id
  FROM added a
  JOIN public.tags g ON g.id = a.tag_id
  JOIN public.listening_triggers t ON t.trigger_type = 'tag_added' AND t.match = lower(g.name)
  ORDER BY a.contact_id, t.id
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION public.note_field_arrivals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT public.campaigns_listen('{field_changed}') THEN RETURN NULL; END IF;
  INSERT INTO public.campaign_arrivals (campaign_id, trigger_id, contact_id)
  SELECT t.campaign_id, t.id, n.id
  FROM now_is n
  JOIN was w ON w.id = n.id
  CROSS JOIN public.listening_triggers t
  CROSS JOIN LATERAL (SELECT
    CASE WHEN starts_with(t.match, 'custom.') THEN w.custom_fields ->> substr(t.match, 8) ELSE to_jsonb(w) ->> t.match END AS before,
    CASE WHEN starts_with(t.match, 'custom.') THEN n.custom_fields ->> substr(t.match, 8) ELSE to_jsonb(n) ->> t.match END AS after) f
  WHERE t.trigger_type = 'field_changed' AND n.deleted_at IS NULL AND f.before IS DISTINCT FROM f.after
    AND (t.value IS NULL OR lower(f.after) = lower(t.value))
  ORDER BY n.id, t.id
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION public.note_entered_arrivals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT public.campaigns_listen('{segment_entered}') THEN RETURN NULL; END IF;
  INSERT INTO public.campaign_arrivals (campaign_id, trigger_id, contact_id)
  SELECT t.campaign_id, t.id, a.contact_id
  FROM added a
  JOIN public.listening_triggers t ON t.trigger_type = 'segment_entered' AND t.segment_id = a.segment_id
  ORDER BY a.contact_id, t.id
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;--> statement-breakpoint
-- Campaigns with somebody at the door: running ones, and ended ones whose goals somebody has reached.
CREATE OR REPLACE FUNCTION public.due_campaign_arrivals(at_most integer DEFAULT 1000)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
  SELECT k.tenant_id, k.workspace_id, k.id
  FROM public.campaigns k
  WHERE k.status IN ('active', 'completed') AND k.deleted_at IS NULL AND EXISTS (
    SELECT FROM public.campaign_arrivals a
    WHERE a.tenant_id = k.tenant_id AND a.campaign_id = k.id AND a.due_at <= public.app_now()
      AND (k.status = 'active' OR EXISTS (
        SELECT FROM public.campaign_triggers t WHERE t.tenant_id = a.tenant_id AND t.id = a.trigger_id AND t.role = 'goal')))
  ORDER BY k.id LIMIT at_most
$$;
