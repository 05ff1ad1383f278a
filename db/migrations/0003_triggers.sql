-- S1's triggers by name, on the base tables: per statement with transition tables, so that a statement over many rows
-- costs one upsert and not one per row. They act with the rights and the tenant of whoever runs the statement.

CREATE FUNCTION public.create_campaign_settings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO public.campaign_settings (tenant_id, workspace_id, campaign_id, timezone)
  SELECT tenant_id, workspace_id, id, timezone FROM new_rows
  ON CONFLICT (tenant_id, campaign_id) DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER create_campaign_settings_trigger AFTER INSERT ON public.campaigns
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.create_campaign_settings();

-- A human reply ends the enrollment that it answers, if the campaign wants that.
CREATE FUNCTION public.handle_email_reply() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
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
CREATE TRIGGER handle_email_reply_trigger AFTER INSERT ON content.email_messages
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.handle_email_reply();

-- Counts messages when they become sent, on the day of the workspace's zone. A follow-up is any outbound message
-- after the first one of that enrollment's pass.
CREATE FUNCTION public.update_email_analytics() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO analytics.email_analytics AS a (tenant_id, workspace_id, date, total_emails_sent, total_followups_sent)
  SELECT s.tenant_id, s.workspace_id, (s.sent_at AT TIME ZONE w.timezone)::date, count(*),
    count(*) FILTER (WHERE s.enrollment_id IS NOT NULL AND EXISTS (
      SELECT FROM content.email_messages earlier
      WHERE earlier.tenant_id = s.tenant_id AND earlier.contact_id = s.contact_id
        AND earlier.enrollment_id = s.enrollment_id AND earlier.run_number = s.run_number
        AND earlier.direction = 'outbound' AND earlier.id <> s.id
        AND (earlier.sent_at, earlier.id) < (s.sent_at, s.id)))
  FROM new_rows s
  JOIN old_rows o ON o.id = s.id
  JOIN public.workspaces w ON w.tenant_id = s.tenant_id AND w.id = s.workspace_id
  WHERE s.sent_at IS NOT NULL AND o.sent_at IS NULL AND s.direction = 'outbound' AND NOT s.is_test
  GROUP BY 1, 2, 3
  ORDER BY 1, 2, 3
  ON CONFLICT (tenant_id, workspace_id, date) DO UPDATE SET
    total_emails_sent = a.total_emails_sent + excluded.total_emails_sent,
    total_followups_sent = a.total_followups_sent + excluded.total_followups_sent,
    updated_at = public.app_now();
  RETURN NULL;
END $$;
CREATE TRIGGER update_email_analytics_trigger AFTER UPDATE ON content.email_messages
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
  EXECUTE FUNCTION public.update_email_analytics();

CREATE FUNCTION public.update_draft_analytics() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO analytics.email_analytics AS a (tenant_id, workspace_id, date, total_drafts_created, total_drafts_approved)
    SELECT n.tenant_id, n.workspace_id, (n.created_at AT TIME ZONE w.timezone)::date, count(*),
      count(*) FILTER (WHERE n.status = 'approved')
    FROM new_rows n
    JOIN public.workspaces w ON w.tenant_id = n.tenant_id AND w.id = n.workspace_id
    GROUP BY 1, 2, 3
    ORDER BY 1, 2, 3
    ON CONFLICT (tenant_id, workspace_id, date) DO UPDATE SET
      total_drafts_created = a.total_drafts_created + excluded.total_drafts_created,
      total_drafts_approved = a.total_drafts_approved + excluded.total_drafts_approved,
      updated_at = public.app_now();
  ELSE
    INSERT INTO analytics.email_analytics AS a (tenant_id, workspace_id, date, total_drafts_approved)
    SELECT n.tenant_id, n.workspace_id, (coalesce(n.approved_at, public.app_now()) AT TIME ZONE w.timezone)::date, count(*)
    FROM new_rows n
    JOIN old_rows o ON o.id = n.id
    JOIN public.workspaces w ON w.tenant_id = n.tenant_id AND w.id = n.workspace_id
    WHERE n.status = 'approved' AND o.status IS DISTINCT FROM 'approved'
    GROUP BY 1, 2, 3
    ORDER BY 1, 2, 3
    ON CONFLICT (tenant_id, workspace_id, date) DO UPDATE SET
      total_drafts_approved = a.total_drafts_approved + excluded.total_drafts_approved,
      updated_at = public.app_now();
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER update_draft_analytics_insert_trigger AFTER INSERT ON public.email_drafts
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.update_draft_analytics();
CREATE TRIGGER update_draft_analytics_update_trigger AFTER UPDATE ON public.email_drafts
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
  EXECUTE FUNCTION public.update_draft_analytics();

-- The audit log is written once, whoever asks.
CREATE FUNCTION public.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: rows are neither changed nor deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON public.audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

-- Keys keep a row within its tenant; these keep it within its workspace, on tables whose rows are few. The arguments
-- are pairs of a column and the table it refers to.
CREATE FUNCTION public.refuse_other_workspace() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  foreign_id uuid;
  found_there boolean;
BEGIN
  FOR pair IN 0 .. TG_NARGS - 1 BY 2 LOOP
    foreign_id := to_jsonb(NEW) ->> TG_ARGV[pair];
    CONTINUE WHEN foreign_id IS NULL;
    EXECUTE format('SELECT EXISTS (SELECT FROM %s t WHERE t.tenant_id = $1 AND t.workspace_id = $2 AND t.id = $3)', TG_ARGV[pair + 1])
      INTO found_there USING NEW.tenant_id, NEW.workspace_id, foreign_id;
    IF NOT found_there THEN
      RAISE EXCEPTION '%.% refers to a row of another workspace', TG_TABLE_NAME, TG_ARGV[pair] USING ERRCODE = 'foreign_key_violation';
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER campaigns_same_workspace AFTER INSERT OR UPDATE OF segment_id, email_account_id, rotation_pool_id
  ON public.campaigns FOR EACH ROW EXECUTE FUNCTION public.refuse_other_workspace(
    'segment_id', 'public.segments', 'email_account_id', 'public.email_accounts', 'rotation_pool_id', 'public.rotation_pools');
CREATE CONSTRAINT TRIGGER campaign_steps_same_workspace
  AFTER INSERT OR UPDATE OF campaign_id, template_id, email_account_id, next_step_id, true_next_step_id, false_next_step_id, on_timeout_step_id
  ON public.campaign_steps FOR EACH ROW EXECUTE FUNCTION public.refuse_other_workspace(
    'campaign_id', 'public.campaigns', 'template_id', 'public.templates', 'email_account_id', 'public.email_accounts',
    'next_step_id', 'public.campaign_steps', 'true_next_step_id', 'public.campaign_steps',
    'false_next_step_id', 'public.campaign_steps', 'on_timeout_step_id', 'public.campaign_steps');
CREATE CONSTRAINT TRIGGER campaign_settings_same_workspace AFTER INSERT OR UPDATE OF campaign_id
  ON public.campaign_settings FOR EACH ROW EXECUTE FUNCTION public.refuse_other_workspace('campaign_id', 'public.campaigns');
CREATE CONSTRAINT TRIGGER email_accounts_same_workspace AFTER INSERT OR UPDATE OF domain_id
  ON public.email_accounts FOR EACH ROW EXECUTE FUNCTION public.refuse_other_workspace('domain_id', 'public.domains');
CREATE CONSTRAINT TRIGGER templates_same_workspace AFTER INSERT OR UPDATE OF folder_id
  ON public.templates FOR EACH ROW EXECUTE FUNCTION public.refuse_other_workspace('folder_id', 'public.template_folders');
CREATE CONSTRAINT TRIGGER email_drafts_same_workspace AFTER INSERT OR UPDATE OF contact_id, campaign_id, step_id
  ON public.email_drafts FOR EACH ROW EXECUTE FUNCTION public.refuse_other_workspace(
    'contact_id', 'public.contacts', 'campaign_id', 'public.campaigns', 'step_id', 'public.campaign_steps');
CREATE CONSTRAINT TRIGGER scheduled_emails_same_workspace AFTER INSERT OR UPDATE OF draft_id, contact_id, email_account_id
  ON public.scheduled_emails FOR EACH ROW EXECUTE FUNCTION public.refuse_other_workspace(
    'draft_id', 'public.email_drafts', 'contact_id', 'public.contacts', 'email_account_id', 'public.email_accounts');
