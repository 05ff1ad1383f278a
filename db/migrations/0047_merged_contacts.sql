ALTER TABLE "contacts" ADD COLUMN "merged_into_id" uuid;--> statement-breakpoint
-- Ids of suppressions whose address holds a word, newest first: those that the workspace sees, of one scope if one is
-- named, behind `after`. Read by the definer role, since LIKE may not use an index under the policies, and filtered by
-- the transaction's own settings.
CREATE FUNCTION public.search_suppressions(q text, of_scope text DEFAULT NULL, after uuid DEFAULT NULL, at_most integer DEFAULT 51)
RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50 SET search_path = pg_catalog, public, pg_temp
  SET enable_seqscan = off SET enable_sort = on AS $$
DECLARE
  tenant uuid := nullif(current_setting('app.current_tenant_id', true), '')::uuid;
  workspace uuid := nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid;
  pattern text := '%' || replace(replace(replace(lower(q), '\', '\\'), '%', '\%'), '_', '\_') || '%';
  own text := 's.tenant_id = $1 AND (s.workspace_id IS NULL OR s.workspace_id = $2) AND ($4::text IS NULL OR s.scope = $4)
    AND ($5::uuid IS NULL OR s.id < $5)';
  newest uuid[];
BEGIN
  IF tenant IS NULL OR q IS NULL THEN
    RETURN;
  END IF;
  -- What is common is found among the newest, one after the other; what is not found often enough there is rare, and
  -- found by its index. The planner cannot tell which of the two a word is.
  PERFORM set_config('enable_sort', 'off', true);
  EXECUTE 'SELECT array_agg(id ORDER BY id DESC) FROM (SELECT id, email_normalized FROM (
      SELECT s.id, s.email_normalized FROM public.suppressions s WHERE ' || own || ' ORDER BY s.id DESC LIMIT 10000) latest
    WHERE email_normalized LIKE $3 LIMIT $6) found' INTO newest USING tenant, workspace, pattern, of_scope, after, at_most;
  PERFORM set_config('enable_sort', 'on', true);
  IF cardinality(newest) >= at_most THEN
    RETURN QUERY SELECT unnest(newest);
    RETURN;
  END IF;
  RETURN QUERY EXECUTE 'WITH every AS MATERIALIZED (
      SELECT s.id FROM public.suppressions s WHERE ' || own || ' AND s.email_normalized LIKE $3)
    SELECT id FROM every ORDER BY id DESC LIMIT $6' USING tenant, workspace, pattern, of_scope, after, at_most;
END $$;
