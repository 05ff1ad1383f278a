-- no transaction: built beside running campaigns.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_email_messages_variant ON content.email_messages USING btree (tenant_id,variant_id)
  WHERE variant_id IS NOT NULL;
