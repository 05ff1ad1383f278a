-- no transaction: messages are written meanwhile.
DROP INDEX CONCURRENTLY IF EXISTS "content"."email_messages_storage_key_unique";
