ALTER TABLE "template_versions" ADD COLUMN "label" text;--> statement-breakpoint
ALTER TABLE "template_versions" ADD COLUMN "preview_text" text;