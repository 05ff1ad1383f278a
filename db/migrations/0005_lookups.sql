-- Functions that look across tenants, owned by the definer role, whose own policies let it read. Each returns no more
-- than its caller needs to open a transaction of the right tenant. Everything is named with its schema.

-- The live session: neither revoked nor expired, nor idle for longer than allowed.
CREATE FUNCTION public.auth_session(session uuid, idle_hours integer DEFAULT 8)
RETURNS TABLE (user_id uuid, email text, name text, is_operator boolean, last_seen_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
  SELECT u.id, u.email, u.name, u.is_operator, s.last_seen_at
  FROM public.sessions s JOIN public.users u ON u.id = s.user_id
  WHERE s.id = session AND s.revoked_at IS NULL AND s.expires_at > public.app_now()
    AND s.last_seen_at > public.app_now() - make_interval(hours => idle_hours) AND u.deleted_at IS NULL
$$;

-- Every workspace a person reaches: as a member, or as owner or admin of its tenant (role is null then).
CREATE FUNCTION public.auth_workspaces(member uuid)
RETURNS TABLE (tenant_id uuid, tenant_name text, tenant_roles text[], workspace_id uuid, slug text, name text,
  timezone text, role text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 5 SET search_path = pg_catalog, pg_temp AS $$
  SELECT t.id, t.name, tu.roles, w.id, w.slug, w.name, w.timezone, wm.role
  FROM public.tenant_users tu
  JOIN public.tenants t ON t.id = tu.tenant_id AND t.status <> 'closed'
  JOIN public.workspaces w ON w.tenant_id = t.id AND w.deleted_at IS NULL
  LEFT JOIN public.workspace_members wm ON wm.workspace_id = w.id AND wm.user_id = tu.user_id
  WHERE tu.user_id = member AND (wm.user_id IS NOT NULL OR tu.roles && ARRAY['owner', 'admin'])
$$;

CREATE FUNCTION public.auth_membership(member uuid, workspace_slug text)
RETURNS TABLE (tenant_id uuid, tenant_name text, tenant_roles text[], workspace_id uuid, slug text, name text,
  timezone text, role text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
  SELECT t.id, t.name, tu.roles, w.id, w.slug, w.name, w.timezone, wm.role
  FROM public.workspaces w
  JOIN public.tenants t ON t.id = w.tenant_id AND t.status <> 'closed'
  JOIN public.tenant_users tu ON tu.tenant_id = t.id AND tu.user_id = member
  LEFT JOIN public.workspace_members wm ON wm.workspace_id = w.id AND wm.user_id = member
  WHERE w.slug = workspace_slug AND w.deleted_at IS NULL
    AND (wm.user_id IS NOT NULL OR tu.roles && ARRAY['owner', 'admin'])
$$;

CREATE FUNCTION public.auth_login(address text)
RETURNS TABLE (user_id uuid, password_hash text, failed_logins integer, locked_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
  SELECT u.id, u.password_hash, u.failed_logins, u.locked_until
  FROM public.users u WHERE lower(u.email) = lower(address COLLATE "C") AND u.deleted_at IS NULL
$$;

CREATE FUNCTION public.auth_invitation(token_digest text)
RETURNS TABLE (id uuid, tenant_id uuid, tenant_name text, email text, roles text[], workspace_role text,
  workspace_ids uuid[], status text, expires_at timestamptz, invited_by_name text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
  SELECT i.id, t.id, t.name, i.email, i.roles, i.workspace_role, i.workspace_ids, i.status, i.expires_at, u.name
  FROM public.invitations i
  JOIN public.tenants t ON t.id = i.tenant_id AND t.status <> 'closed'
  LEFT JOIN public.users u ON u.id = i.invited_by
  WHERE i.token_hash = token_digest
$$;

CREATE FUNCTION public.auth_api_key(key_digest text)
RETURNS TABLE (id uuid, tenant_id uuid, workspace_id uuid, scopes text[], rate_limit jsonb)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
  SELECT k.id, k.tenant_id, k.workspace_id, k.scopes, k.rate_limit
  FROM public.api_keys k JOIN public.tenants t ON t.id = k.tenant_id AND t.status = 'active'
  WHERE k.key_hash = key_digest AND k.status = 'active' AND (k.expires_at IS NULL OR k.expires_at > public.app_now())
$$;

-- Whose message a link, a pixel or a bounce is about.
CREATE FUNCTION public.message_scope(message uuid)
RETURNS TABLE (tenant_id uuid, workspace_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
  SELECT m.tenant_id, m.workspace_id FROM content.email_messages m WHERE m.id = message
$$;

CREATE FUNCTION public.platform_suppressed(addresses text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10 SET search_path = pg_catalog, pg_temp AS $$
  SELECT s.email_normalized::text FROM public.platform_suppressions s
  WHERE s.email_normalized = ANY (addresses) AND (s.expires_at IS NULL OR s.expires_at > public.app_now())
$$;

-- What the sweeper looks for: rows past their time that nobody holds. Ids only, the most overdue first.
CREATE FUNCTION public.due_step_drivers(overslept_seconds integer DEFAULT 20, at_most integer DEFAULT 1000)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
  SELECT d.tenant_id, d.workspace_id, d.step_id
  FROM public.step_drivers d
  JOIN public.campaigns c ON c.tenant_id = d.tenant_id AND c.id = d.campaign_id AND c.status = 'active'
  WHERE (d.lease_until IS NULL OR d.lease_until <= public.app_now())
    AND (d.wakes_at <= public.app_now() - make_interval(secs => overslept_seconds)
      -- Work that was to wake the row and did not.
      OR EXISTS (
        SELECT FROM public.campaign_contacts e
        WHERE e.tenant_id = d.tenant_id AND e.current_step_id = d.step_id AND e.status IN ('enrolled', 'active')
          AND e.next_email_scheduled_at <= public.app_now() - make_interval(secs => overslept_seconds)
          AND (d.wakes_at IS NULL OR e.next_email_scheduled_at < d.wakes_at)
          AND (d.not_before IS NULL OR d.not_before <= public.app_now() - make_interval(secs => overslept_seconds))))
  ORDER BY d.wakes_at NULLS FIRST LIMIT at_most
$$;

CREATE FUNCTION public.due_mailbox_lanes(overslept_seconds integer DEFAULT 20, at_most integer DEFAULT 1000)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
  SELECT l.tenant_id, l.workspace_id, l.email_account_id
  FROM public.mailbox_lanes l
  WHERE (l.lease_until IS NULL OR l.lease_until <= public.app_now())
    AND (l.wakes_at <= public.app_now() - make_interval(secs => overslept_seconds)
      OR EXISTS (
        SELECT FROM content.email_messages m
        WHERE m.tenant_id = l.tenant_id AND m.email_account_id = l.email_account_id
          AND m.delivery_status IN ('queued', 'deferred')
          AND m.next_attempt_at <= public.app_now() - make_interval(secs => overslept_seconds)
          AND (l.wakes_at IS NULL OR m.next_attempt_at < l.wakes_at)
          AND (l.not_before IS NULL OR l.not_before <= public.app_now() - make_interval(secs => overslept_seconds))))
  ORDER BY l.wakes_at NULLS FIRST LIMIT at_most
$$;

-- Messages whose sender vanished while it held them: their outcome is unknown.
CREATE FUNCTION public.expired_messages(at_most integer DEFAULT 1000)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
  SELECT m.tenant_id, m.workspace_id, m.id
  FROM content.email_messages m
  WHERE m.delivery_status = 'sending' AND m.lease_until <= public.app_now()
  ORDER BY m.lease_until LIMIT at_most
$$;

-- Imports and exports that wait for a run, or whose run has fallen silent.
CREATE FUNCTION public.stalled_jobs(overslept_seconds integer DEFAULT 20, at_most integer DEFAULT 1000)
RETURNS TABLE (kind text, tenant_id uuid, workspace_id uuid, id uuid, status text, fence bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp AS $$
  SELECT * FROM (
    SELECT 'import'::text, j.tenant_id, j.workspace_id, j.id, j.status, j.fence
    FROM public.import_jobs j
    WHERE j.status IN ('pending', 'validating', 'processing', 'rolling_back')
      AND (j.lease_until IS NULL OR j.lease_until <= public.app_now())
      AND coalesce(j.wakes_at, j.updated_at) <= public.app_now() - make_interval(secs => overslept_seconds)
    UNION ALL
    SELECT 'export'::text, j.tenant_id, j.workspace_id, j.id, j.status, j.fence
    FROM public.export_jobs j
    WHERE j.status IN ('pending', 'processing')
      AND (j.lease_until IS NULL OR j.lease_until <= public.app_now())
      AND coalesce(j.wakes_at, j.updated_at) <= public.app_now() - make_interval(secs => overslept_seconds)
  ) jobs LIMIT at_most
$$;

-- Exports whose file has outlived its week.
CREATE FUNCTION public.expired_exports(at_most integer DEFAULT 1000)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp AS $$
  SELECT j.tenant_id, j.workspace_id, j.id FROM public.export_jobs j
  WHERE j.status = 'completed' AND j.expires_at <= public.app_now() LIMIT at_most
$$;

-- Campaigns whose own run has fallen silent, or that have come to their start, their end, or to nobody left.
CREATE FUNCTION public.campaigns_to_check(overslept_seconds integer DEFAULT 20, at_most integer DEFAULT 1000)
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
      OR c.frozen_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM public.campaign_contacts e
        WHERE e.tenant_id = c.tenant_id AND e.campaign_id = c.id AND e.status IN ('enrolled', 'active', 'paused'))))
  ORDER BY c.id LIMIT at_most
$$;
