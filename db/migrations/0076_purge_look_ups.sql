CREATE INDEX "idx_campaign_step_versions_campaign" ON "campaign_step_versions" USING btree ("tenant_id","campaign_id");--> statement-breakpoint
CREATE INDEX "idx_campaign_step_versions_variant" ON "campaign_step_versions" USING btree ("tenant_id","variant_id") WHERE variant_id is not null;--> statement-breakpoint
CREATE INDEX "idx_email_drafts_step_version" ON "email_drafts" USING btree ("tenant_id","step_version_id");--> statement-breakpoint
CREATE INDEX "idx_scheduled_emails_campaign" ON "scheduled_emails" USING btree ("tenant_id","campaign_id");--> statement-breakpoint
CREATE INDEX "idx_inbox_threads_campaign" ON "inbox_threads" USING btree ("tenant_id","campaign_id") WHERE campaign_id is not null;--> statement-breakpoint
CREATE INDEX "idx_tasks_campaign" ON "tasks" USING btree ("tenant_id","campaign_id") WHERE campaign_id is not null;