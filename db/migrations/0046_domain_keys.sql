ALTER TABLE "domains" ADD COLUMN "dkim_public_key" text;--> statement-breakpoint
ALTER TABLE "domains" ADD COLUMN "next_dkim_selector" text;--> statement-breakpoint
ALTER TABLE "domains" ADD COLUMN "next_dkim_key_sealed" text;--> statement-breakpoint
ALTER TABLE "domains" ADD COLUMN "next_dkim_public_key" text;--> statement-breakpoint
ALTER TABLE "domains" ADD COLUMN "previous_dkim_selector" text;--> statement-breakpoint
ALTER TABLE "domains" ADD COLUMN "rotated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "domains" ADD COLUMN "next_check_at" timestamp with time zone DEFAULT app_now() NOT NULL;--> statement-breakpoint
ALTER TABLE "domains" ADD COLUMN "created_by" uuid;--> statement-breakpoint
CREATE INDEX "idx_domains_next_check_at" ON "domains" USING btree ("next_check_at");--> statement-breakpoint
ALTER TABLE "domains" ADD CONSTRAINT "whole_dkim_key" CHECK (num_nonnulls(dkim_selector, dkim_key_sealed, dkim_public_key) in (0, 3));--> statement-breakpoint
ALTER TABLE "domains" ADD CONSTRAINT "whole_next_dkim_key" CHECK (num_nonnulls(next_dkim_selector, next_dkim_key_sealed, next_dkim_public_key) in (0, 3));--> statement-breakpoint
-- Domains whose records in DNS are to be looked for again, those that have waited longest first.
CREATE FUNCTION public.due_domain_checks(at_most integer DEFAULT 20)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp AS $$
  SELECT d.tenant_id, d.workspace_id, d.id
  FROM public.domains d
  WHERE d.next_check_at <= public.app_now() AND d.dkim_selector IS NOT NULL
  ORDER BY d.next_check_at, d.id
  LIMIT at_most
$$;
