-- no transaction: built beside running imports.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_contacts_search ON public.contacts USING gin
  (tenant_id, public.contact_search_text(email_normalized, name, first_name, last_name, company) public.gin_trgm_ops)
  WHERE deleted_at IS NULL;
