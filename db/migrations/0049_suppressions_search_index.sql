-- no transaction: built beside running campaigns. Trigrams, for search_suppressions.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_suppressions_search ON public.suppressions USING gin
  (tenant_id, email_normalized public.gin_trgm_ops);
