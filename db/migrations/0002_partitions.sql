-- Month partitions. They are made by a function of the owner, who alone may extend a partitioned table; they inherit
-- no grants and no policies of their own, so that nobody reaches them but through their parent.
CREATE FUNCTION public.create_month_partitions(months integer DEFAULT 3) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  parent record;
  first_day date;
  made integer := 0;
  part text;
BEGIN
  IF months NOT BETWEEN 0 AND 240 THEN
    RAISE EXCEPTION 'create_month_partitions: months must be between 0 and 240, and is %', months;
  END IF;
  -- One at a time: two callers would collide on the same new partition.
  PERFORM pg_advisory_xact_lock(hashtext('postroad.partitions'));
  FOR parent IN
    SELECT * FROM (VALUES ('public', 'email_events'), ('content', 'email_content')) AS p (schema_name, table_name)
  LOOP
    FOR month IN -1 .. months LOOP
      first_day := (date_trunc('month', app_now() AT TIME ZONE 'UTC') + make_interval(months => month))::date;
      part := parent.table_name || to_char(first_day, '"_"YYYY"_"MM');
      CONTINUE WHEN to_regclass(format('%I.%I', parent.schema_name, part)) IS NOT NULL;
      BEGIN
        EXECUTE format('CREATE TABLE %I.%I PARTITION OF %I.%I FOR VALUES FROM (%L) TO (%L)',
          parent.schema_name, part, parent.schema_name, parent.table_name,
          first_day::timestamp AT TIME ZONE 'UTC', (first_day + interval '1 month') AT TIME ZONE 'UTC');
      EXCEPTION WHEN check_violation THEN
        -- The default partition holds rows of that month already, and goes on doing so.
        CONTINUE;
      END;
      EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', parent.schema_name, part);
      made := made + 1;
    END LOOP;
  END LOOP;
  FOR year IN 0 .. 1 LOOP
    first_day := (date_trunc('year', app_now() AT TIME ZONE 'UTC') + make_interval(years => year))::date;
    part := 'billing_analytics' || to_char(first_day, '"_y"YYYY');
    CONTINUE WHEN to_regclass(format('analytics.%I', part)) IS NOT NULL;
    EXECUTE format('CREATE TABLE analytics.%I PARTITION OF analytics.billing_analytics FOR VALUES FROM (%L) TO (%L)',
      part, first_day::timestamp AT TIME ZONE 'UTC', (first_day + interval '1 year') AT TIME ZONE 'UTC');
    EXECUTE format('ALTER TABLE analytics.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
    made := made + 1;
  END LOOP;
  RETURN made;
END $$;
COMMENT ON FUNCTION public.create_month_partitions IS 'Owner: only the owner of a partitioned table may extend it. Touches no rows.';

-- A clock that tests have moved, or rows older than the first month, still find a place.
CREATE TABLE public.email_events_default PARTITION OF public.email_events DEFAULT;
CREATE TABLE content.email_content_default PARTITION OF content.email_content DEFAULT;
CREATE TABLE analytics.billing_analytics_default PARTITION OF analytics.billing_analytics DEFAULT;
SELECT public.create_month_partitions(3);

-- The queue's partitions, by S4's names.
CREATE TABLE queue.jobs_email PARTITION OF queue.jobs
  FOR VALUES IN ('email-sending', 'email-processing', 'email-sending:high', 'email-sending:low', 'email-processing:high', 'email-processing:low');
CREATE TABLE queue.jobs_analytics PARTITION OF queue.jobs
  FOR VALUES IN ('analytics-daily', 'analytics-campaign', 'analytics-billing');
CREATE TABLE queue.jobs_warmup PARTITION OF queue.jobs FOR VALUES IN ('warmup-processing');
CREATE TABLE queue.jobs_bounce PARTITION OF queue.jobs FOR VALUES IN ('bounce-processing');
CREATE TABLE queue.jobs_webhook PARTITION OF queue.jobs FOR VALUES IN ('webhook-processing');
CREATE TABLE queue.jobs_default PARTITION OF queue.jobs DEFAULT;

CREATE INDEX idx_jobs_email_tenant ON queue.jobs_email (tenant_id, created_at DESC);
CREATE INDEX idx_jobs_analytics_priority ON queue.jobs_analytics (priority DESC, created_at);

-- Rows that change often leave room on their page, and are vacuumed and analysed sooner.
ALTER TABLE public.campaign_contacts SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE content.email_messages SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE public.step_drivers SET (fillfactor = 50);
ALTER TABLE public.campaign_drivers SET (fillfactor = 50);
ALTER TABLE public.mailbox_lanes SET (fillfactor = 50);
ALTER TABLE public.mailbox_usage SET (fillfactor = 50);
INSERT INTO public.test_clock DEFAULT VALUES;
