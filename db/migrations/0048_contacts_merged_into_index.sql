-- no transaction: built beside running imports.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_contacts_merged_into ON public.contacts USING btree (tenant_id,merged_into_id)
  WHERE merged_into_id is not null;
