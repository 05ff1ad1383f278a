CREATE TABLE "queue"."rates" (
	"function_id" text NOT NULL,
	"key" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"used" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "rates_function_id_key_pk" PRIMARY KEY("function_id","key")
);
--> statement-breakpoint
ALTER TABLE "queue"."jobs" DROP CONSTRAINT "jobs_kind_check";--> statement-breakpoint
ALTER TABLE "queue"."jobs" ADD COLUMN "lag_seconds" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "queue"."jobs" ADD COLUMN "lane" bigint GENERATED ALWAYS AS (hashtextextended(coalesce(tenant_id::text, '') || '/' || function_id || '/' || coalesce(concurrency_key_1, '') || '/' || coalesce(concurrency_key_2, ''), 0)) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "queue"."runs" ADD COLUMN "lead_seconds" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "queue"."runs" ADD COLUMN "gather_key" text;--> statement-breakpoint
ALTER TABLE "queue"."runs" ADD COLUMN "unopened" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "queue"."runs" ADD COLUMN "started_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "idx_rates_at" ON "queue"."rates" USING btree ("at");--> statement-breakpoint
CREATE INDEX "idx_jobs_lane" ON "queue"."jobs" USING btree ("priority","lane","due_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "runs_gather_key" ON "queue"."runs" USING btree ("function_id","gather_key") WHERE gather_key is not null;--> statement-breakpoint
ALTER TABLE "queue"."jobs" ADD CONSTRAINT "jobs_kind_check" CHECK (kind in ('discover', 'step', 'sleep', 'timeout', 'deadline'));