ALTER TABLE "tenant_policies" ADD COLUMN "contact_delays_max" integer;--> statement-breakpoint
ALTER TABLE "tenant_policies" ADD CONSTRAINT "valid_contact_delays" CHECK (contact_delays_max > 0);