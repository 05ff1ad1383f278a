-- Ids of contacts that a word, equal custom fields and ranges of custom fields find, never more than `at_most`. In no
-- order: sorting what is common by age costs a second at a million contacts. Read by the definer role, since neither LIKE nor @> may use an index under the policies, and filtered
-- by the transaction's own settings.
CREATE OR REPLACE FUNCTION public.find_contacts(q text, equal jsonb, ranges jsonpath, at_most integer DEFAULT 10001)
RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1000 SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  tenant uuid := nullif(current_setting('app.current_tenant_id', true), '')::uuid;
  workspace uuid := nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid;
  pattern text := '%' || replace(replace(replace(lower(q), '\', '\\'), '%', '\%'), '_', '\_') || '%';
BEGIN
  IF tenant IS NULL OR workspace IS NULL OR (q IS NULL AND equal IS NULL AND ranges IS NULL) THEN
    RETURN;
  END IF;
  -- Planned with the values: what is rare wants its index, what is common the first rows that come.
  RETURN QUERY EXECUTE 'SELECT c.id FROM public.contacts c
    WHERE c.tenant_id = $1 AND c.workspace_id = $2 AND c.deleted_at IS NULL'
    || CASE WHEN equal IS NULL THEN '' ELSE ' AND c.custom_fields @> $4' END
    || CASE WHEN ranges IS NULL THEN '' ELSE ' AND c.custom_fields @@ $5' END
    || CASE WHEN q IS NULL THEN '' ELSE
      ' AND public.contact_search_text(c.email_normalized, c.name, c.first_name, c.last_name, c.company) LIKE $3' END
    || ' LIMIT $6' USING tenant, workspace, pattern, equal, ranges, at_most;
END $$;
