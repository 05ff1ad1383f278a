-- Imports, exports and edits of contacts that wait for a run, or whose run has fallen silent: imports that have ended
-- too, while who of their people gets no mail is yet to be noted.
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
    SELECT 'import'::text, j.tenant_id, j.workspace_id, j.id, j.status, j.fence
    FROM public.import_jobs j
    WHERE j.status = 'completed' AND j.wakes_at <= public.app_now() - make_interval(secs => overslept_seconds)
      AND (j.lease_until IS NULL OR j.lease_until <= public.app_now()) AND jsonb_exists(j.file_format, 'judging')
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
$$;--> statement-breakpoint
CREATE INDEX "idx_import_jobs_completed" ON "import_jobs" USING btree ("wakes_at") WHERE status = 'completed' and wakes_at is not null;--> statement-breakpoint
-- Imports whose run died before it had noted that: nobody has come for them since.
ALTER TABLE "import_jobs" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
UPDATE "import_jobs" SET "wakes_at" = public.app_now() WHERE "status" = 'completed' AND jsonb_exists("file_format", 'judging');--> statement-breakpoint
ALTER TABLE "import_jobs" FORCE ROW LEVEL SECURITY;
