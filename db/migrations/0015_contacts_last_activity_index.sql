-- no transaction: built beside running imports.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_contacts_last_activity ON public.contacts USING btree (tenant_id,workspace_id,last_activity_at,id)
  WHERE deleted_at is null;
