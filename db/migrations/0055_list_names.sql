-- Lists and segments of a workspace share their names, and upper and lower case make no difference from here on, as
-- imports have always read them. Where names differ in case alone, the one that came first keeps its own; the later ones
-- get a number behind it, and say so in their description, as far as there is room, and in the audit log. An owner
-- without BYPASSRLS sees the rows of all tenants only while the policies do not hold for it.
ALTER TABLE "segments" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "audit_log" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
DO $$
DECLARE
  twin record;
  free text;
  number integer;
  sentence text;
BEGIN
  FOR twin IN
    SELECT * FROM (
      SELECT s.*, row_number() OVER same AS place, first_value(s.name) OVER same AS first_name
      FROM public.segments s
      WINDOW same AS (PARTITION BY s.tenant_id, s.workspace_id, lower(s.name COLLATE "default") COLLATE "C"
        ORDER BY s.created_at, s.id)) named
    WHERE place > 1 ORDER BY created_at, id
  LOOP
    number := 1;
    LOOP
      number := number + 1;
      free := left(twin.name, 110) || ' (' || number || ')';
      EXIT WHEN NOT EXISTS (
        SELECT FROM public.segments s WHERE s.tenant_id = twin.tenant_id AND s.workspace_id = twin.workspace_id
          AND lower(s.name COLLATE "default") = lower(free COLLATE "default"));
    END LOOP;
    sentence := concat_ws(' ', nullif(twin.description, ''), format('Was called "%s", which cannot stand beside "%s".',
      twin.name, twin.first_name));
    UPDATE public.segments SET name = free, updated_at = public.app_now(),
      description = CASE WHEN length(sentence) <= 500 THEN sentence ELSE description END
    WHERE tenant_id = twin.tenant_id AND id = twin.id;
    INSERT INTO public.audit_log (tenant_id, workspace_id, actor_type, action, resource_type, resource_id, old_value, new_value)
    SELECT twin.tenant_id, twin.workspace_id, 'system', kind || '.updated', kind, twin.id,
      jsonb_build_object('name', twin.name), jsonb_build_object('name', free, 'because', 'Names that differ in case alone became one.')
    FROM (SELECT CASE twin.segment_type WHEN 'static' THEN 'list' ELSE 'segment' END AS kind) k;
  END LOOP;
END $$;--> statement-breakpoint
ALTER TABLE "segments" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "audit_log" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
DROP INDEX "segments_name_unique";--> statement-breakpoint
CREATE UNIQUE INDEX "segments_name_unique" ON "segments" USING btree ("tenant_id","workspace_id",(lower("name" collate "default") collate "C"));
