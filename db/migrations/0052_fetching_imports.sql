ALTER TABLE "import_jobs" DROP CONSTRAINT "valid_status";--> statement-breakpoint
ALTER TABLE "import_jobs" ADD CONSTRAINT "valid_status" CHECK ("import_jobs"."status" in ('pending', 'fetching', 'validating', 'awaiting_confirmation', 'processing', 'completed', 'failed', 'cancelled', 'rolling_back', 'rolled_back'));--> statement-breakpoint
-- Imports, exports and edits of contacts that wait for a run, or whose run has fallen silent: a file on its way from an
-- address too.
CREATE OR REPLACE FUNCTION public.stalled_jobs(overslept_seconds integer DEFAULT 20, at_most integer DEFAULT 1000)
RETURNS TABLE (kind text, tenant_id uuid, workspace_id uuid, id uuid, status text, fence bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp AS $$
  SELECT * FROM (
    SELECT 'import'::text, j.tenant_id, j.workspace_id, j.id, j.status, j.fence
    FROM public.import_jobs j
    WHERE j.status IN ('pending', 'fetching', 'validating', 'processing', 'rolling_back')
      AND (j.lease_until IS NULL OR j.lease_until <= public.app_now())
      AND coalesce(j.wakes_at, j.updated_at) <= public.app_now() - make_interval(secs => overslept_seconds)
    UNION ALL
    SELECT 'export'::text, j.tenant_id, j.workspace_id, j.id, j.status, j.fence
    FROM public.export_jobs j
    WHERE j.status IN ('pending', 'processing')
      AND (j.lease_until IS NULL OR j.lease_until <= public.app_now())
      AND coalesce(j.wakes_at, j.updated_at) <= public.app_now() - make_interval(secs => overslept_seconds)
    UNION ALL
    SELECT 'contact_edit'::text, j.tenant_id, j.workspace_id, j.id, j.status, j.fence
    FROM public.contact_edits j
    WHERE j.status IN ('pending', 'processing')
      AND (j.lease_until IS NULL OR j.lease_until <= public.app_now())
      AND coalesce(j.wakes_at, j.updated_at) <= public.app_now() - make_interval(secs => overslept_seconds)
  ) jobs LIMIT at_most
$$;
