ALTER TABLE "contact_tags" ADD COLUMN "import_job_id" uuid;--> statement-breakpoint
-- Imports that can still be undone keep their tags: those that their events name. An owner without BYPASSRLS sees the
-- rows of all tenants only while the policies do not hold for it.
ALTER TABLE "contact_tags" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "import_events" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
UPDATE "contact_tags" ct SET "import_job_id" = e.import_job_id FROM "import_events" e
WHERE e.undone_at IS NULL AND e.tenant_id = ct.tenant_id AND e.contact_id = ct.contact_id AND ct.tag_id = ANY (e.tags_added);--> statement-breakpoint
ALTER TABLE "contact_tags" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "import_events" FORCE ROW LEVEL SECURITY;
