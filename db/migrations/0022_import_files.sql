ALTER TABLE "import_jobs" ADD COLUMN "header_hash" text collate "C";--> statement-breakpoint
ALTER TABLE "import_jobs" ADD COLUMN "schedule_id" uuid;--> statement-breakpoint
ALTER TABLE "import_schedules" ADD COLUMN "problem" text;--> statement-breakpoint
ALTER TABLE "import_schedules" ADD COLUMN "last_file_hash" text collate "C";--> statement-breakpoint
ALTER TABLE "import_schedules" ADD COLUMN "created_by" uuid;--> statement-breakpoint
ALTER TABLE "import_jobs" ADD CONSTRAINT "import_jobs_schedule_id_fkey" FOREIGN KEY ("tenant_id","schedule_id") REFERENCES "public"."import_schedules"("tenant_id","id") ON DELETE SET NULL ("schedule_id") ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_import_jobs_header" ON "import_jobs" USING btree ("tenant_id","workspace_id","header_hash","id");--> statement-breakpoint
CREATE INDEX "idx_import_jobs_file" ON "import_jobs" USING btree ("tenant_id","workspace_id","file_hash","id");--> statement-breakpoint
CREATE INDEX "idx_import_jobs_schedule" ON "import_jobs" USING btree ("tenant_id","schedule_id","id");--> statement-breakpoint
CREATE INDEX "idx_import_schedules_due" ON "import_schedules" USING btree ("next_run_at");--> statement-breakpoint
-- Imports whose file has been kept for its 30 days, uploads that nobody went on with for seven, and ended imports
-- whose normalised rows are still there. Those at work are left alone.
CREATE FUNCTION public.expired_imports(at_most integer DEFAULT 1000)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp AS $$
  SELECT j.tenant_id, j.workspace_id, j.id FROM public.import_jobs j
  WHERE j.file_url IS NOT NULL AND j.status NOT IN ('validating', 'processing', 'rolling_back') AND (
    j.created_at <= public.app_now() - interval '30 days'
    OR j.status = 'pending' AND j.updated_at <= public.app_now() - interval '7 days'
    OR j.status NOT IN ('pending', 'awaiting_confirmation') AND j.file_format #> '{format,spool}' IS NOT NULL)
  LIMIT at_most
$$;
--> statement-breakpoint
-- Schedules whose time has come.
CREATE FUNCTION public.due_import_schedules(at_most integer DEFAULT 100)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp AS $$
  SELECT s.tenant_id, s.workspace_id, s.id FROM public.import_schedules s
  WHERE s.enabled AND s.next_run_at <= public.app_now() ORDER BY s.next_run_at LIMIT at_most
$$;
