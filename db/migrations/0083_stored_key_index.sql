-- no transaction: built beside running campaigns.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "email_messages_stored_key_unique" ON "content"."email_messages" USING btree ("tenant_id","storage_key") WHERE storage_key <> id::text;
