ALTER TABLE "campaign_approvals" ADD COLUMN "reminders" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "idx_campaign_approvals_open" ON "campaign_approvals" USING btree ("expires_at") WHERE approval_status = 'pending';--> statement-breakpoint
-- Campaigns with a request for an approval that nobody has answered in time, or of whose approvers some are to be
-- reminded: 24 and 44 hours after it.
CREATE FUNCTION public.due_approvals(at_most integer DEFAULT 1000)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT a.tenant_id, a.workspace_id, a.campaign_id
  FROM public.campaign_approvals a
  WHERE a.approval_status = 'pending' AND (a.expires_at <= public.app_now()
    OR a.reminders = 0 AND a.requested_at <= public.app_now() - interval '24 hours'
    OR a.reminders = 1 AND a.requested_at <= public.app_now() - interval '44 hours')
  LIMIT at_most
$$;
