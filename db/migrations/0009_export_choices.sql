ALTER TABLE "export_jobs" DROP CONSTRAINT "valid_status";--> statement-breakpoint
ALTER TABLE "export_jobs" DROP CONSTRAINT "valid_export_type";--> statement-breakpoint
ALTER TABLE "export_jobs" DROP CONSTRAINT "valid_file_format";--> statement-breakpoint
ALTER TABLE "export_jobs" ADD COLUMN "left_out" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "export_jobs" ADD COLUMN "snapshot_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "export_jobs" ADD CONSTRAINT "valid_status" CHECK ("export_jobs"."status" in ('pending', 'processing', 'completed', 'failed', 'cancelled', 'expired'));--> statement-breakpoint
ALTER TABLE "export_jobs" ADD CONSTRAINT "valid_export_type" CHECK ("export_jobs"."export_type" in ('full', 'filtered', 'segment', 'selection'));--> statement-breakpoint
ALTER TABLE "export_jobs" ADD CONSTRAINT "valid_file_format" CHECK ("export_jobs"."file_format" in ('csv', 'xlsx', 'json', 'ndjson'));