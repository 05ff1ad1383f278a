-- The first of every workspace, then the second of every, and so on, in one pass over the queue: looked up for one
-- workspace after the other, those without any had it walked through for each of them.
CREATE OR REPLACE FUNCTION public.due_missed_wakes(at_most integer DEFAULT 5000)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
  SELECT m.tenant_id, m.workspace_id, m.id FROM (
    SELECT q.tenant_id, q.workspace_id, q.id,
      row_number() OVER (PARTITION BY q.tenant_id, q.workspace_id ORDER BY q.id) AS nth
    FROM public.missed_wakes q
  ) m
  WHERE m.nth <= at_most ORDER BY m.nth, m.id LIMIT at_most
$$;
