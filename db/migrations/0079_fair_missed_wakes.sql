CREATE INDEX "idx_missed_wakes_workspace" ON "missed_wakes" USING btree ("tenant_id","workspace_id","id");--> statement-breakpoint
-- The first of every workspace, then the second of every, and so on: whoever has a million holds up nobody else, and one
-- whose sweep fails each minute neither.
CREATE OR REPLACE FUNCTION public.due_missed_wakes(at_most integer DEFAULT 5000)
RETURNS TABLE (tenant_id uuid, workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
  SELECT w.tenant_id, w.id, m.id FROM public.workspaces w
  CROSS JOIN LATERAL (
    SELECT q.id, row_number() OVER (ORDER BY q.id) AS nth FROM public.missed_wakes q
    WHERE q.tenant_id = w.tenant_id AND q.workspace_id = w.id ORDER BY q.id LIMIT at_most
  ) m
  ORDER BY m.nth, m.id LIMIT at_most
$$;
