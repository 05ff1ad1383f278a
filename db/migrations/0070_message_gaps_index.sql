-- no transaction: built beside running campaigns.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_email_messages_gaps ON content.email_messages USING btree (tenant_id,campaign_id,id)
  WHERE empty_fields is not null;
