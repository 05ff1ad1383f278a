-- no transaction: built beside running campaigns.
CREATE INDEX CONCURRENTLY IF NOT EXISTS "idx_campaign_contacts_campaign" ON "campaign_contacts" USING btree ("tenant_id","campaign_id","id");
