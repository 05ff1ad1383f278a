-- The fields that were empty for whoever got an email. The index stands in a migration of its own.
ALTER TABLE "content"."email_messages" ADD COLUMN "empty_fields" text[];
