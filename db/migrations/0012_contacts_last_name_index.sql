-- no transaction: built beside running imports.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_contacts_last_name ON public.contacts USING btree (tenant_id,workspace_id,last_name,id)
  WHERE deleted_at is null;
