-- no transaction: claims go on meanwhile.
DROP INDEX CONCURRENTLY IF EXISTS "content"."idx_email_messages_recipient";
