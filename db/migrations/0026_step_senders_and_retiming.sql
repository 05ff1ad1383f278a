ALTER TABLE "campaign_steps" ADD COLUMN "sender" jsonb;--> statement-breakpoint
ALTER TABLE "campaign_steps" ADD COLUMN "attachments" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "campaign_steps" ADD COLUMN "retimed_up_to" uuid;