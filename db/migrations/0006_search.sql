-- Search by trigram: under row-level security ILIKE cannot use an index, so this function is read by the definer role
-- and filters by the transaction's own settings. Newest first; `after` is the last id of the page before.
CREATE FUNCTION public.search_contacts(q text, at_most integer DEFAULT 51, after uuid DEFAULT NULL)
RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50 SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  tenant uuid := nullif(current_setting('app.current_tenant_id', true), '')::uuid;
  workspace text := nullif(current_setting('app.current_workspace_id', true), '');
  pattern text := '%' || replace(replace(replace(lower(q), '\', '\\'), '%', '\%'), '_', '\_') || '%';
BEGIN
  IF tenant IS NULL OR workspace IS NULL OR q IS NULL THEN
    RETURN;
  END IF;
  -- Planned with the values: a rare word wants the trigram index, a single letter the newest contacts in order.
  RETURN QUERY EXECUTE $query$
    SELECT c.id FROM public.contacts c
    WHERE c.tenant_id = $1 AND ($2 = '*' OR c.workspace_id = nullif($2, '*')::uuid) AND c.deleted_at IS NULL
      AND ($4 IS NULL OR c.id < $4)
      AND public.contact_search_text(c.email_normalized, c.name, c.first_name, c.last_name, c.company) LIKE $3
    ORDER BY c.id DESC LIMIT $5
  $query$ USING tenant, workspace, pattern, after, least(at_most, 10000);
END $$;

-- Ids of contacts whose custom fields contain the given object.
CREATE FUNCTION public.contacts_with_custom_fields(wanted jsonb) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT c.id FROM public.contacts c
  WHERE c.tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid
    AND (current_setting('app.current_workspace_id', true) = '*'
      OR c.workspace_id = nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)
    AND c.deleted_at IS NULL AND c.custom_fields @> wanted
$$;
