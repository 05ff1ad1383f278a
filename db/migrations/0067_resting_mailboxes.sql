-- Mailboxes with mail that is due and may go, those among them that have rested long enough: one that nobody reads has only
-- the sweeper to be told by. What waits in the queue of a paused campaign or of a mailbox that is switched off calls for
-- nobody. In no order, so that of more than can be looked after in one minute each has its turn.
CREATE OR REPLACE FUNCTION public.due_mailbox_lanes(overslept_seconds integer DEFAULT 20, at_most integer DEFAULT 1000)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
  SELECT l.tenant_id, l.workspace_id, l.email_account_id
  FROM public.mailbox_lanes l
  JOIN public.email_accounts a ON a.tenant_id = l.tenant_id AND a.id = l.email_account_id
    AND (a.status = 'active' OR a.status IN ('cooling_down', 'rate_limited') AND a.status_until <= public.app_now())
  WHERE (l.lease_until IS NULL OR l.lease_until <= public.app_now())
    AND EXISTS (
      SELECT FROM content.email_messages m
      WHERE m.tenant_id = l.tenant_id AND m.email_account_id = l.email_account_id
        AND m.delivery_status IN ('queued', 'deferred') AND m.next_attempt_at <= public.app_now()
        -- A message that is sent again goes out after its campaign has ended.
        AND (m.campaign_id = ANY (ARRAY(
            SELECT c.id FROM public.campaigns c WHERE c.tenant_id = l.tenant_id AND c.status = 'active' AND c.deleted_at IS NULL))
          OR m.attempts > 0 AND (SELECT c.status = 'completed' AND c.deleted_at IS NULL FROM public.campaigns c
            WHERE c.tenant_id = l.tenant_id AND c.id = m.campaign_id))
        AND (l.wakes_at <= public.app_now() - make_interval(secs => overslept_seconds)
          OR m.next_attempt_at <= public.app_now() - make_interval(secs => overslept_seconds)
            AND (l.wakes_at IS NULL OR m.next_attempt_at < l.wakes_at)
            AND (l.not_before IS NULL OR l.not_before <= public.app_now() - make_interval(secs => overslept_seconds))))
  ORDER BY random() LIMIT at_most
$$;
