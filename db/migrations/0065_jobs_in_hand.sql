-- The jobs of the current tenant that a run has in hand, in all of its workspaces: what the jobs of their lane wait for. Ids
-- only: who asks about one workspace need not be allowed to see the others.
CREATE FUNCTION public.jobs_in_hand()
RETURNS TABLE (lane text, workspace_id uuid, id uuid, lease_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 5 SET search_path = pg_catalog, pg_temp AS $$
  SELECT jobs.lane, jobs.workspace_id, jobs.id, jobs.lease_until FROM (
    SELECT CASE j.status WHEN 'fetching' THEN 'fetch' WHEN 'rolling_back' THEN 'undo' ELSE 'import' END AS lane,
      j.tenant_id, j.workspace_id, j.id, j.lease_until
    FROM public.import_jobs j
    WHERE j.status IN ('fetching', 'validating', 'processing', 'rolling_back')
      OR j.status = 'completed' AND j.wakes_at IS NOT NULL AND jsonb_exists(j.file_format, 'judging')
    UNION ALL
    SELECT 'export', j.tenant_id, j.workspace_id, j.id, j.lease_until
    FROM public.export_jobs j WHERE j.status IN ('pending', 'processing')
    UNION ALL
    SELECT 'edit', j.tenant_id, j.workspace_id, j.id, j.lease_until
    FROM public.contact_edits j WHERE j.status IN ('pending', 'processing')
    UNION ALL
    SELECT 'segments', d.tenant_id, d.workspace_id, d.workspace_id, d.lease_until FROM public.segment_drivers d
    UNION ALL
    SELECT 'scores', m.tenant_id, m.workspace_id, m.id, m.lease_until FROM public.lead_scoring_models m
  ) jobs
  WHERE jobs.tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid
    AND jobs.lease_until > public.app_now()
$$;
