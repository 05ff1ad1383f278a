-- What campaigns listen to at this moment, as before. A transaction that sets app.silent_arrivals takes something back
-- that never should have been: that brings nobody to a campaign or its goal, but whoever must leave one still leaves.
CREATE OR REPLACE VIEW public.listening_triggers WITH (security_invoker = true) AS
  SELECT t.* FROM public.campaign_triggers t
  JOIN public.campaigns k ON k.tenant_id = t.tenant_id AND k.id = t.campaign_id
  LEFT JOIN public.campaign_goals g ON g.tenant_id = t.tenant_id AND g.id = t.goal_id
  WHERE k.deleted_at IS NULL AND g.retired_at IS NULL AND (
    k.status IN ('active', 'paused') AND k.archived_at IS NULL
    OR t.role = 'goal' AND k.status = 'completed' AND k.completed_at > public.app_now() - make_interval(days => g.attribution_days))
    AND (t.role = 'leave' OR coalesce(current_setting('app.silent_arrivals', true), '') <> 'on');--> statement-breakpoint
-- Contacts that left a list or a segment, by the same view as the others. Whoever fell out of a segment's rules has until
-- the next recalculation to come back.
CREATE OR REPLACE FUNCTION public.note_left_arrivals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT public.campaigns_listen('{segment_left}') THEN RETURN NULL; END IF;
  INSERT INTO public.campaign_arrivals (campaign_id, trigger_id, contact_id, due_at)
  SELECT t.campaign_id, t.id, g.contact_id,
    public.app_now() + CASE WHEN g.added_via = 'rule_match' THEN interval '35 minutes' ELSE interval '0' END
  FROM gone g
  JOIN public.listening_triggers t ON t.trigger_type = 'segment_left' AND t.segment_id = g.segment_id
  ORDER BY g.contact_id, t.id
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
