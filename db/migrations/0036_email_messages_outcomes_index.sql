-- no transaction: built beside running campaigns.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_email_messages_outcomes ON content.email_messages USING btree (tenant_id,campaign_id,id)
  WHERE replied_at is not null or bounced_at is not null or unsubscribed_at is not null or complained_at is not null;
