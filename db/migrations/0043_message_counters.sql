-- Most changes of messages send none, and hardly any message that is written came in: those cost nothing now. What is
-- looked up is planned anew each time, since a plan made while the table was small reads all of a tenant's messages for
-- each one that is sent.
CREATE OR REPLACE FUNCTION public.update_email_analytics() RETURNS trigger LANGUAGE plpgsql
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  unsent uuid[];
BEGIN
  IF NOT EXISTS (
    SELECT FROM new_rows s WHERE s.sent_at IS NOT NULL AND s.direction = 'outbound' AND NOT s.is_test
  ) THEN
    RETURN NULL;
  END IF;
  -- Rows of a statement have no statistics: a join would compare each with each.
  unsent := ARRAY(SELECT o.id FROM old_rows o WHERE o.sent_at IS NULL);
  INSERT INTO analytics.email_analytics AS a (tenant_id, workspace_id, date, total_emails_sent, total_followups_sent)
  SELECT s.tenant_id, s.workspace_id, (s.sent_at AT TIME ZONE w.timezone)::date, count(*),
    count(*) FILTER (WHERE s.enrollment_id IS NOT NULL AND EXISTS (
      SELECT FROM content.email_messages earlier
      WHERE earlier.tenant_id = s.tenant_id AND earlier.contact_id = s.contact_id
        AND earlier.enrollment_id = s.enrollment_id AND earlier.run_number = s.run_number
        AND earlier.direction = 'outbound' AND earlier.id <> s.id
        AND (earlier.sent_at, earlier.id) < (s.sent_at, s.id)))
  FROM new_rows s
  JOIN public.workspaces w ON w.tenant_id = s.tenant_id AND w.id = s.workspace_id
  WHERE s.sent_at IS NOT NULL AND s.id = ANY (unsent) AND s.direction = 'outbound' AND NOT s.is_test
  GROUP BY 1, 2, 3
  ORDER BY 1, 2, 3
  ON CONFLICT (tenant_id, workspace_id, date) DO UPDATE SET
    total_emails_sent = a.total_emails_sent + excluded.total_emails_sent,
    total_followups_sent = a.total_followups_sent + excluded.total_followups_sent,
    updated_at = public.app_now();
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION public.handle_email_reply() RETURNS trigger LANGUAGE plpgsql
SET plan_cache_mode = force_custom_plan AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM new_rows n
    WHERE n.direction = 'inbound' AND n.message_type = 'email' AND n.campaign_id IS NOT NULL AND n.contact_id IS NOT NULL
  ) THEN
    RETURN NULL;
  END IF;
  UPDATE public.campaign_contacts e
  SET status = 'replied', replied_at = r.replied_at, exit_reason = 'replied', exited_at = r.replied_at,
    next_email_scheduled_at = NULL, wait_reason = NULL, wait_until = NULL, updated_at = public.app_now()
  FROM (
    SELECT n.tenant_id, n.workspace_id, n.campaign_id, n.contact_id,
      min(coalesce(n.received_at, n.created_at)) AS replied_at
    FROM new_rows n
    WHERE n.direction = 'inbound' AND n.message_type = 'email' AND n.campaign_id IS NOT NULL AND n.contact_id IS NOT NULL
    GROUP BY 1, 2, 3, 4
  ) r
  JOIN public.campaigns c ON c.tenant_id = r.tenant_id AND c.id = r.campaign_id AND c.reply_stops
  WHERE e.tenant_id = r.tenant_id AND e.campaign_id = r.campaign_id AND e.contact_id = r.contact_id
    AND e.status IN ('enrolled', 'active', 'paused');
  RETURN NULL;
END $$;
