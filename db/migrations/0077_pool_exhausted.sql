ALTER TABLE "rotation_pools" DROP CONSTRAINT "valid_strategy";--> statement-breakpoint
ALTER TABLE "rotation_pools" ADD COLUMN "when_unfit" text DEFAULT 'wait' NOT NULL;--> statement-breakpoint
ALTER TABLE "rotation_pools" ADD COLUMN "continued_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "rotation_pools" ADD CONSTRAINT "valid_when_unfit" CHECK ("rotation_pools"."when_unfit" in ('wait', 'continue'));--> statement-breakpoint
ALTER TABLE "rotation_pools" ADD CONSTRAINT "valid_strategy" CHECK ("rotation_pools"."strategy" in ('round_robin', 'weighted', 'automatic', 'random'));