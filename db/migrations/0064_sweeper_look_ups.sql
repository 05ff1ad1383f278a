-- Mailboxes with mail that is due and may go. What waits in the queue of a paused campaign or of a mailbox that is switched
-- off called for a run for ever, and a thousand such mailboxes hid every other. In no order, so that of more than can be
-- looked after in one minute each has its turn.
CREATE OR REPLACE FUNCTION public.due_mailbox_lanes(overslept_seconds integer DEFAULT 20, at_most integer DEFAULT 1000)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
  SELECT l.tenant_id, l.workspace_id, l.email_account_id
  FROM public.mailbox_lanes l
  JOIN public.email_accounts a ON a.tenant_id = l.tenant_id AND a.id = l.email_account_id AND a.status = 'active'
  WHERE (l.lease_until IS NULL OR l.lease_until <= public.app_now())
    AND EXISTS (
      SELECT FROM content.email_messages m
      WHERE m.tenant_id = l.tenant_id AND m.email_account_id = l.email_account_id
        AND m.delivery_status IN ('queued', 'deferred') AND m.next_attempt_at <= public.app_now()
        -- A message that is sent again by hand goes out after its campaign has ended.
        AND (m.attempts > 0 OR m.campaign_id = ANY (ARRAY(
          SELECT c.id FROM public.campaigns c WHERE c.tenant_id = l.tenant_id AND c.status = 'active' AND c.deleted_at IS NULL)))
        AND (l.wakes_at <= public.app_now() - make_interval(secs => overslept_seconds)
          OR m.next_attempt_at <= public.app_now() - make_interval(secs => overslept_seconds)
            AND (l.wakes_at IS NULL OR m.next_attempt_at < l.wakes_at)
            AND (l.not_before IS NULL OR l.not_before <= public.app_now() - make_interval(secs => overslept_seconds))))
  ORDER BY random() LIMIT at_most
$$;--> statement-breakpoint
-- Jobs that wait for a run, or whose run has fallen silent, with the moment since when: it tells how often they have been
-- called for already.
DROP FUNCTION public.stalled_jobs(integer, integer);--> statement-breakpoint
CREATE FUNCTION public.stalled_jobs(overslept_seconds integer DEFAULT 20, at_most integer DEFAULT 1000)
RETURNS TABLE (kind text, tenant_id uuid, workspace_id uuid, id uuid, status text, fence bigint, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp AS $$
  SELECT kind, tenant_id, workspace_id, id, status, fence, greatest(due_at, lease_until) FROM (
    SELECT 'import'::text AS kind, j.tenant_id, j.workspace_id, j.id, j.status, j.fence, j.lease_until,
      coalesce(j.wakes_at, j.updated_at) AS due_at
    FROM public.import_jobs j
    WHERE j.status IN ('pending', 'fetching', 'validating', 'processing', 'rolling_back')
    UNION ALL
    SELECT 'import'::text, j.tenant_id, j.workspace_id, j.id, j.status, j.fence, j.lease_until, j.wakes_at
    FROM public.import_jobs j
    WHERE j.status = 'completed' AND j.wakes_at IS NOT NULL AND jsonb_exists(j.file_format, 'judging')
    UNION ALL
    SELECT 'export'::text, j.tenant_id, j.workspace_id, j.id, j.status, j.fence, j.lease_until,
      coalesce(j.wakes_at, j.updated_at)
    FROM public.export_jobs j WHERE j.status IN ('pending', 'processing')
    UNION ALL
    SELECT 'contact_edit'::text, j.tenant_id, j.workspace_id, j.id, j.status, j.fence, j.lease_until,
      coalesce(j.wakes_at, j.updated_at)
    FROM public.contact_edits j WHERE j.status IN ('pending', 'processing')
  ) jobs
  WHERE (lease_until IS NULL OR lease_until <= public.app_now())
    AND due_at <= public.app_now() - make_interval(secs => overslept_seconds)
  ORDER BY due_at LIMIT at_most
$$;
