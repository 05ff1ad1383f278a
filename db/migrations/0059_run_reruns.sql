ALTER TABLE "queue"."runs" ADD COLUMN "rerun_id" text;--> statement-breakpoint
CREATE INDEX "idx_runs_failed" ON "queue"."runs" USING btree ("id") WHERE status = 'failed';--> statement-breakpoint
CREATE INDEX "idx_runs_rerun" ON "queue"."runs" USING btree ("rerun_id") WHERE rerun_id is not null;