-- Names of the founding schemas that another table replaces: read-only, with the rights and the rows of who asks.
CREATE VIEW public.leads WITH (security_invoker = true) AS
  SELECT * FROM public.contacts WHERE deleted_at IS NULL;

CREATE VIEW public.companies WITH (security_invoker = true) AS
  SELECT * FROM public.workspaces WHERE deleted_at IS NULL;

CREATE VIEW public.contact_lists WITH (security_invoker = true) AS
  SELECT id, tenant_id, workspace_id, name, description, created_at, updated_at
  FROM public.segments WHERE segment_type = 'static';

CREATE VIEW public.contact_list_members WITH (security_invoker = true) AS
  SELECT m.id, m.tenant_id, m.workspace_id, m.contact_id, m.segment_id AS list_id, m.added_at
  FROM public.segment_contacts m
  JOIN public.segments s ON s.tenant_id = m.tenant_id AND s.id = m.segment_id AND s.segment_type = 'static';

CREATE VIEW public.upload_batches WITH (security_invoker = true) AS
  SELECT id, tenant_id, workspace_id, file_name, field_mapping AS column_mapping, coalesce(total_rows, 0) AS total_contacts,
    processed_rows AS processed_contacts, status, created_at
  FROM public.import_jobs;

CREATE VIEW public.sender_accounts WITH (security_invoker = true) AS
  SELECT id, tenant_id, workspace_id, email, display_name, status = 'active' AS is_active, created_at
  FROM public.email_accounts;

CREATE VIEW public.email_templates WITH (security_invoker = true) AS
  SELECT id, tenant_id, workspace_id, name, html AS template_content, is_active, created_at, updated_at
  FROM public.templates WHERE deleted_at IS NULL;

-- One row per email step, with the wait that leads to it.
CREATE VIEW public.campaign_sequences WITH (security_invoker = true) AS
  SELECT s.id, s.tenant_id, s.workspace_id, s.campaign_id, s.step_order AS sequence_order,
    coalesce(s.name, 'Email ' || s.step_order) AS name, coalesce(s.subject_line, '') AS subject_template,
    coalesce(s.email_content, '') AS body_template,
    coalesce(CASE w.wait_duration ->> 'unit' WHEN 'weeks' THEN 7 * (w.wait_duration ->> 'value')::int
      WHEN 'days' THEN (w.wait_duration ->> 'value')::int END, 0) AS delay_days,
    coalesce(CASE w.wait_duration ->> 'unit' WHEN 'hours' THEN (w.wait_duration ->> 'value')::int END, 0) AS delay_hours,
    s.created_at
  FROM public.campaign_steps s
  LEFT JOIN LATERAL (
    SELECT p.wait_duration FROM public.campaign_steps p
    WHERE p.tenant_id = s.tenant_id AND p.campaign_id = s.campaign_id AND p.next_step_id = s.id AND p.step_type = 'wait'
    ORDER BY p.step_order DESC LIMIT 1) w ON true
  WHERE s.step_type = 'email';

-- Bodies are rendered again from the step version; a draft's body is its own.
CREATE VIEW public.sent_emails WITH (security_invoker = true) AS
  SELECT m.id, m.tenant_id, m.workspace_id, m.draft_id, m.contact_id, m.email_account_id AS sender_account_id, m.campaign_id,
    d.draft_type, m.subject, coalesce(d.edited_body, d.body, v.html) AS body, m.to_email AS recipient_email, m.sent_at,
    m.rfc_message_id AS message_id, m.status, s.step_order AS sequence_step, m.created_at
  FROM content.email_messages m
  LEFT JOIN public.email_drafts d ON d.tenant_id = m.tenant_id AND d.id = m.draft_id
  LEFT JOIN public.campaign_steps s ON s.tenant_id = m.tenant_id AND s.id = m.step_id
  LEFT JOIN public.campaign_step_versions v ON v.tenant_id = m.tenant_id AND v.id = m.step_version_id
  WHERE m.direction = 'outbound' AND m.sent_at IS NOT NULL AND NOT m.is_test;

CREATE VIEW public.email_replies WITH (security_invoker = true) AS
  SELECT m.id, m.tenant_id, m.workspace_id, m.parent_message_id AS sent_email_id, m.campaign_id, m.contact_id,
    m.rfc_message_id AS message_id, coalesce(m.received_at, m.created_at) AS received_at, m.subject, m.snippet, m.created_at
  FROM content.email_messages m
  WHERE m.direction = 'inbound' AND m.message_type = 'email';

-- One row per campaign, summed over its days. It has no policies: nobody reads it but the view below.
CREATE MATERIALIZED VIEW analytics.campaign_performance_mv AS
  SELECT c.tenant_id, c.workspace_id, c.id AS campaign_id, c.name AS campaign_name, c.status,
    coalesce(sum(a.emails_sent), 0)::int AS sent, coalesce(sum(a.emails_delivered), 0)::int AS delivered,
    coalesce(sum(a.emails_opened), 0)::int AS opened_tracked, coalesce(sum(a.emails_clicked), 0)::int AS clicked_tracked,
    coalesce(sum(a.emails_replied), 0)::int AS replied,
    round(100.0 * sum(a.emails_delivered) / nullif(sum(a.emails_sent), 0), 2) AS delivery_rate,
    round(100.0 * sum(a.emails_opened) / nullif(sum(a.emails_delivered), 0), 2) AS open_rate,
    round(100.0 * sum(a.emails_clicked) / nullif(sum(a.emails_delivered), 0), 2) AS click_rate,
    greatest(max(a.updated_at), c.updated_at) AS updated_at
  FROM public.campaigns c
  LEFT JOIN analytics.campaign_analytics a ON a.tenant_id = c.tenant_id AND a.campaign_id = c.id
  WHERE c.deleted_at IS NULL
  GROUP BY c.id;
CREATE UNIQUE INDEX idx_campaign_performance_mv_id ON analytics.campaign_performance_mv (campaign_id);
CREATE INDEX idx_campaign_performance_mv_status ON analytics.campaign_performance_mv (tenant_id, workspace_id, status);
CREATE INDEX idx_campaign_analytics_dashboard ON analytics.campaign_performance_mv
  (tenant_id, workspace_id, updated_at DESC, sent DESC) WHERE status = 'completed';
CREATE INDEX idx_campaign_analytics_metrics ON analytics.campaign_performance_mv
  (campaign_id, sent, delivered, opened_tracked, clicked_tracked, replied);

-- Reads with its owner's rights, the definer role's, and filters by the settings itself, as a policy would.
CREATE VIEW analytics.campaign_performance WITH (security_barrier = true) AS
  SELECT * FROM analytics.campaign_performance_mv
  WHERE tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    AND ((SELECT current_setting('app.current_workspace_id', true)) = '*'
      OR workspace_id = (SELECT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));

CREATE FUNCTION public.refresh_campaign_performance() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  REFRESH MATERIALIZED VIEW CONCURRENTLY analytics.campaign_performance_mv;
END $$;
