-- no transaction: built beside running imports.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_contacts_company ON public.contacts USING btree (tenant_id,workspace_id,company,id)
  WHERE deleted_at is null;
