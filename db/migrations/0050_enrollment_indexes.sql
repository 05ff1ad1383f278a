ALTER TABLE "campaign_contacts" DROP CONSTRAINT "campaign_contacts_contact_unique";--> statement-breakpoint
DROP INDEX "idx_campaign_contacts_contact";--> statement-breakpoint
ALTER TABLE "campaign_contacts" ADD CONSTRAINT "campaign_contacts_contact_unique" UNIQUE("tenant_id","contact_id","campaign_id");