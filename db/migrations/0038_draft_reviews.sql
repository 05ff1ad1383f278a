ALTER TABLE "campaign_steps" ADD COLUMN "draft_review" jsonb;--> statement-breakpoint
ALTER TABLE "campaign_steps" ADD COLUMN "was_reviewed" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "campaign_steps" ADD COLUMN "reviewers_told_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "email_drafts" ADD COLUMN "rejected_by" uuid;--> statement-breakpoint
ALTER TABLE "email_drafts" ADD COLUMN "otherwise" text DEFAULT 'skip' NOT NULL;--> statement-breakpoint
ALTER TABLE "email_drafts" ADD COLUMN "run_number" integer;--> statement-breakpoint
ALTER TABLE "email_drafts" ADD COLUMN "visit" integer;--> statement-breakpoint
ALTER TABLE "email_drafts" ADD COLUMN "step_version_id" uuid;--> statement-breakpoint
ALTER TABLE "email_drafts" ADD COLUMN "preview_text" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "email_drafts" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "email_drafts" ADD COLUMN "edited_by" uuid;--> statement-breakpoint
ALTER TABLE "email_drafts" ADD COLUMN "edited_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "email_drafts" ADD COLUMN "problem" text;--> statement-breakpoint
ALTER TABLE "email_drafts" ADD CONSTRAINT "email_drafts_rejected_by_users_id_fk" FOREIGN KEY ("rejected_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "email_drafts" ADD CONSTRAINT "email_drafts_edited_by_users_id_fk" FOREIGN KEY ("edited_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "email_drafts" ADD CONSTRAINT "email_drafts_step_version_id_fkey" FOREIGN KEY ("tenant_id","step_version_id") REFERENCES "public"."campaign_step_versions"("tenant_id","id") ON DELETE SET NULL (step_version_id) ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_email_drafts_campaign" ON "email_drafts" USING btree ("tenant_id","campaign_id","status","id");--> statement-breakpoint
CREATE INDEX "idx_email_drafts_step" ON "email_drafts" USING btree ("tenant_id","step_id","status","id");--> statement-breakpoint
CREATE UNIQUE INDEX "email_drafts_visit_unique" ON "email_drafts" USING btree ("tenant_id","enrollment_id","run_number","step_id","visit") WHERE enrollment_id is not null and status <> 'cancelled';--> statement-breakpoint
CREATE INDEX "idx_scheduled_emails_draft" ON "scheduled_emails" USING btree ("tenant_id","draft_id");--> statement-breakpoint
ALTER TABLE "email_drafts" ADD CONSTRAINT "valid_otherwise" CHECK ("email_drafts"."otherwise" in ('skip', 'exit'));--> statement-breakpoint
-- Drafts are counted on the day of their approval, and no more once that is taken back: a day's number is that of the
-- drafts that bear the approval of that day.
CREATE OR REPLACE FUNCTION public.update_draft_analytics() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO analytics.email_analytics AS a (tenant_id, workspace_id, date, total_drafts_created, total_drafts_approved)
    SELECT n.tenant_id, n.workspace_id, (n.created_at AT TIME ZONE w.timezone)::date, count(*),
      count(*) FILTER (WHERE n.approved_at IS NOT NULL)
    FROM new_rows n
    JOIN public.workspaces w ON w.tenant_id = n.tenant_id AND w.id = n.workspace_id
    GROUP BY 1, 2, 3
    ORDER BY 1, 2, 3
    ON CONFLICT (tenant_id, workspace_id, date) DO UPDATE SET
      total_drafts_created = a.total_drafts_created + excluded.total_drafts_created,
      total_drafts_approved = a.total_drafts_approved + excluded.total_drafts_approved,
      updated_at = public.app_now();
  ELSE
    INSERT INTO analytics.email_analytics AS a (tenant_id, workspace_id, date, total_drafts_approved)
    SELECT c.tenant_id, c.workspace_id, (c.at AT TIME ZONE w.timezone)::date, sum(c.change)
    FROM (
      SELECT n.tenant_id, n.workspace_id, n.approved_at AS at, 1 AS change
      FROM new_rows n JOIN old_rows o ON o.id = n.id
      WHERE n.approved_at IS NOT NULL AND o.approved_at IS NULL
      UNION ALL
      SELECT o.tenant_id, o.workspace_id, o.approved_at, -1
      FROM new_rows n JOIN old_rows o ON o.id = n.id
      WHERE n.approved_at IS NULL AND o.approved_at IS NOT NULL
    ) c
    JOIN public.workspaces w ON w.tenant_id = c.tenant_id AND w.id = c.workspace_id
    GROUP BY 1, 2, 3
    ORDER BY 1, 2, 3
    ON CONFLICT (tenant_id, workspace_id, date) DO UPDATE SET
      total_drafts_approved = a.total_drafts_approved + excluded.total_drafts_approved,
      updated_at = public.app_now();
  END IF;
  RETURN NULL;
END $$;
