ALTER TABLE "email_drafts" ADD COLUMN "writing" text;--> statement-breakpoint
ALTER TABLE "email_drafts" ADD COLUMN "writing_attempts" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "email_drafts" ADD COLUMN "writing_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "email_drafts" ADD COLUMN "writing_token" uuid;--> statement-breakpoint
ALTER TABLE "email_drafts" ADD COLUMN "writing_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "email_drafts" ADD COLUMN "writing_problem" text;--> statement-breakpoint
ALTER TABLE "email_drafts" ADD COLUMN "ai_model" text;--> statement-breakpoint
ALTER TABLE "email_drafts" ADD COLUMN "ai_input_tokens" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "email_drafts" ADD COLUMN "ai_output_tokens" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "idx_email_drafts_writing" ON "email_drafts" USING btree ("writing_at") WHERE writing in ('waiting', 'writing');--> statement-breakpoint
ALTER TABLE "email_drafts" ADD CONSTRAINT "valid_writing" CHECK ("email_drafts"."writing" in ('waiting', 'writing', 'done', 'failed'));--> statement-breakpoint
-- Workspaces with drafts that an AI provider is to write and that nobody has taken up in time.
CREATE FUNCTION public.due_draft_writing(overslept_seconds integer DEFAULT 20, at_most integer DEFAULT 1000)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT d.tenant_id, d.workspace_id, d.workspace_id
  FROM public.email_drafts d
  WHERE d.writing IN ('waiting', 'writing') AND d.status = 'draft' AND d.step_version_id IS NOT NULL
    AND CASE d.writing WHEN 'writing' THEN d.writing_until ELSE d.writing_at END
      <= public.app_now() - make_interval(secs => overslept_seconds)
  LIMIT at_most
$$;
