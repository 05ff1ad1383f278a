-- no transaction: built beside running imports.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_contacts_created ON public.contacts USING btree (tenant_id,workspace_id,created_at,id)
  WHERE deleted_at is null;
