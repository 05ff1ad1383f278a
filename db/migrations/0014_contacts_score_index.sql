-- no transaction: built beside running imports.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_contacts_score ON public.contacts USING btree (tenant_id,workspace_id,lead_score,id)
  WHERE deleted_at is null;
