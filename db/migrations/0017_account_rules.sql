-- The rules for one person's account: the strictest of all organizations they belong to. One without rules of its own
-- has the defaults of tenant_policies; so has a person in no organization.
CREATE FUNCTION public.auth_rules(member uuid)
RETURNS TABLE (password_min_length integer, require_mixed_case boolean, require_number boolean, require_symbol boolean,
  session_timeout_hours integer, max_login_attempts integer)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(max(coalesce(p.password_min_length, 10)), 10), coalesce(bool_or(p.password_require_mixed_case), false),
    coalesce(bool_or(p.password_require_number), false), coalesce(bool_or(p.password_require_symbol), false),
    coalesce(min(coalesce(p.session_timeout_hours, 8)), 8), coalesce(min(coalesce(p.max_login_attempts, 5)), 5)
  FROM public.tenant_users tu
  LEFT JOIN public.tenant_policies p ON p.tenant_id = tu.tenant_id
  WHERE tu.user_id = member
$$;--> statement-breakpoint
-- The live session: neither revoked nor expired, nor idle for longer than the rules allow. Null: as the rules say.
CREATE OR REPLACE FUNCTION public.auth_session(session uuid, idle_hours integer DEFAULT 8)
RETURNS TABLE (user_id uuid, email text, name text, is_operator boolean, last_seen_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
  SELECT u.id, u.email, u.name, u.is_operator, s.last_seen_at
  FROM public.sessions s JOIN public.users u ON u.id = s.user_id
  WHERE s.id = session AND s.revoked_at IS NULL AND s.expires_at > public.app_now()
    AND s.last_seen_at > public.app_now()
      - make_interval(hours => (SELECT coalesce(idle_hours, r.session_timeout_hours) FROM public.auth_rules(u.id) r))
    AND u.deleted_at IS NULL
$$;
