ALTER TABLE "campaign_step_versions" DROP CONSTRAINT "campaign_step_versions_version_unique";--> statement-breakpoint
ALTER TABLE "ab_tests" DROP CONSTRAINT "valid_sample";--> statement-breakpoint
ALTER TABLE "ab_tests" ADD COLUMN "sample_contacts" integer DEFAULT 1000 NOT NULL;--> statement-breakpoint
ALTER TABLE "ab_tests" ADD COLUMN "sample_size" integer;--> statement-breakpoint
ALTER TABLE "ab_tests" ADD COLUMN "sample_up_to" text collate "C";--> statement-breakpoint
ALTER TABLE "ab_tests" ADD COLUMN "extended_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "ab_tests" ADD COLUMN "decided_by" uuid;--> statement-breakpoint
ALTER TABLE "ab_tests" ADD COLUMN "outcome" text;--> statement-breakpoint
ALTER TABLE "campaign_step_versions" ADD COLUMN "variant_id" uuid;--> statement-breakpoint
ALTER TABLE "campaign_steps" ADD COLUMN "send_time" time;--> statement-breakpoint
ALTER TABLE "campaign_steps" ADD COLUMN "test" jsonb;--> statement-breakpoint
ALTER TABLE "campaign_step_versions" ADD CONSTRAINT "campaign_step_versions_variant_id_fkey" FOREIGN KEY ("tenant_id","variant_id") REFERENCES "public"."ab_test_variants"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "ab_tests_live_unique" ON "ab_tests" USING btree ("tenant_id","step_id") WHERE status in ('running', 'extended');--> statement-breakpoint
ALTER TABLE "campaign_step_versions" ADD CONSTRAINT "campaign_step_versions_version_unique" UNIQUE NULLS NOT DISTINCT("tenant_id","step_id","version","variant_id");--> statement-breakpoint
ALTER TABLE "ab_tests" ADD CONSTRAINT "valid_outcome" CHECK ("ab_tests"."outcome" in ('significant', 'fallback_control', 'fallback_highest', 'too_few', 'uneven', 'picked', 'stopped', 'campaign_ended'));--> statement-breakpoint
ALTER TABLE "ab_tests" ADD CONSTRAINT "valid_sample" CHECK (sample_percent between 1 and 100 and sample_contacts > 0 and duration_minutes > 0);