-- no transaction: built beside running imports.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_contacts_custom_fields ON public.contacts USING gin
  (tenant_id, custom_fields jsonb_path_ops) WHERE deleted_at IS NULL;
