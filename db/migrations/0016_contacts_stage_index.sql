-- no transaction: built beside running imports.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_contacts_stage ON public.contacts USING btree (tenant_id,workspace_id,lifecycle_stage,id)
  WHERE deleted_at is null and lifecycle_stage <> 'new';
