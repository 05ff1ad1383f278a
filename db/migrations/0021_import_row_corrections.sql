ALTER TABLE "import_row_errors" ADD COLUMN "corrected_row" jsonb;--> statement-breakpoint
-- Brings the planner's picture of contacts up to date right after rows came in bulk, when autovacuum is a minute away.
-- Only the owner of a table may analyze it before Postgres 17. Whoever finds somebody else at it leaves it to them.
CREATE FUNCTION public.refresh_contact_statistics() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET lock_timeout = '1s' AS $$
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('postroad.contact_statistics')) THEN
    RETURN;
  END IF;
  ANALYZE public.contacts;
  ANALYZE public.contact_tags;
  ANALYZE public.segment_contacts;
EXCEPTION WHEN lock_not_available THEN
  -- Autovacuum holds the table to do the same.
  RETURN;
END $$;
--> statement-breakpoint
COMMENT ON FUNCTION public.refresh_contact_statistics IS 'Owner: only the owner of a table may analyze it. Reads no rows for anybody.';
