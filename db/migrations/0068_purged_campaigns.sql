ALTER TABLE "campaigns" ADD COLUMN "purged_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "idx_campaigns_deleted" ON "campaigns" USING btree ("deleted_at") WHERE deleted_at is not null and purged_at is null;--> statement-breakpoint
-- Deleted campaigns that are past the days for which they are kept (due), or in which somebody is still on the way.
CREATE FUNCTION public.deleted_campaigns(kept_days integer, at_most integer)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, id uuid, due boolean)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.tenant_id, c.workspace_id, c.id, c.deleted_at <= public.app_now() - make_interval(days => kept_days)
  FROM public.campaigns c
  WHERE c.deleted_at IS NOT NULL AND c.purged_at IS NULL
    AND (c.deleted_at <= public.app_now() - make_interval(days => kept_days)
      OR EXISTS (
        SELECT FROM public.campaign_contacts e
        WHERE e.tenant_id = c.tenant_id AND e.campaign_id = c.id AND e.status IN ('enrolled', 'active', 'paused')))
  ORDER BY c.deleted_at LIMIT at_most
$$;
