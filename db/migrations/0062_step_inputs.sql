ALTER TABLE "queue"."jobs" ADD COLUMN "step_name" text;--> statement-breakpoint
ALTER TABLE "queue"."jobs" ADD COLUMN "input" text;--> statement-breakpoint
ALTER TABLE "queue"."steps" ADD COLUMN "input" text;