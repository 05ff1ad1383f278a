CREATE TABLE "contact_edit_failures" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"contact_edit_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"contact_email" text collate "C",
	"reason" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "contact_edit_failures" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "contact_edits" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"tenant_id" uuid DEFAULT nullif(current_setting('app.current_tenant_id', true), '')::uuid NOT NULL,
	"workspace_id" uuid DEFAULT nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT app_now() NOT NULL,
	"action" text NOT NULL,
	"change" jsonb NOT NULL,
	"selection" jsonb NOT NULL,
	"summary" text NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"total_contacts" integer,
	"processed_contacts" integer DEFAULT 0 NOT NULL,
	"changed_count" integer DEFAULT 0 NOT NULL,
	"unchanged_count" integer DEFAULT 0 NOT NULL,
	"failed_count" integer DEFAULT 0 NOT NULL,
	"checkpoint_id" uuid,
	"last_id" uuid,
	"problem" text,
	"started_at" timestamp with time zone,
	"completed_at" timestamp with time zone,
	"created_by" uuid,
	"fence" bigint DEFAULT 0 NOT NULL,
	"run_id" text,
	"lease_until" timestamp with time zone,
	"wakes_at" timestamp with time zone,
	"not_before" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "contact_edits_tenant_id_id_key" UNIQUE("tenant_id","id"),
	CONSTRAINT "valid_status" CHECK ("contact_edits"."status" in ('pending', 'processing', 'completed', 'failed', 'cancelled')),
	CONSTRAINT "valid_action" CHECK ("contact_edits"."action" in ('tag', 'untag', 'add_to_list', 'remove_from_list', 'set_field', 'set_stage', 'unsubscribe', 'archive', 'restore', 'delete'))
);
--> statement-breakpoint
ALTER TABLE "contact_edits" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
DROP INDEX "idx_contacts_lead_score";--> statement-breakpoint
ALTER TABLE "custom_field_definitions" ADD COLUMN "archived_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "user_preferences" ADD COLUMN "contact_columns" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "contact_edit_failures" ADD CONSTRAINT "contact_edit_failures_contact_edit_id_fkey" FOREIGN KEY ("tenant_id","contact_edit_id") REFERENCES "public"."contact_edits"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contact_edits" ADD CONSTRAINT "contact_edits_workspace_id_fkey" FOREIGN KEY ("tenant_id","workspace_id") REFERENCES "public"."workspaces"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_contact_edit_failures_edit" ON "contact_edit_failures" USING btree ("tenant_id","contact_edit_id","id");--> statement-breakpoint
CREATE INDEX "idx_contact_edits_workspace" ON "contact_edits" USING btree ("tenant_id","workspace_id","id");--> statement-breakpoint
CREATE INDEX "idx_contact_edits_status" ON "contact_edits" USING btree ("status","lease_until");--> statement-breakpoint
CREATE POLICY "contact_edit_failures_tenant_isolation" ON "contact_edit_failures" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));--> statement-breakpoint
CREATE POLICY "contact_edits_tenant_isolation" ON "contact_edits" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid) and workspace_id = (select nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid));--> statement-breakpoint
-- Ids of contacts that a word and custom fields find, in no order and never more than `at_most`: read by the definer
-- role, since neither ILIKE nor @> may use an index under the policies, and filtered by the transaction's own settings.
CREATE FUNCTION public.find_contacts(q text, custom jsonb, at_most integer DEFAULT 10001)
RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1000 SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  tenant uuid := nullif(current_setting('app.current_tenant_id', true), '')::uuid;
  workspace uuid := nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid;
  pattern text := '%' || replace(replace(replace(lower(q), '\', '\\'), '%', '\%'), '_', '\_') || '%';
BEGIN
  IF tenant IS NULL OR workspace IS NULL OR (q IS NULL AND custom IS NULL) THEN
    RETURN;
  END IF;
  -- Planned with the values: a rare word wants the trigram index, a common one the first rows that come.
  RETURN QUERY EXECUTE 'SELECT c.id FROM public.contacts c
    WHERE c.tenant_id = $1 AND c.workspace_id = $2 AND c.deleted_at IS NULL'
    || CASE WHEN q IS NULL THEN '' ELSE
      ' AND public.contact_search_text(c.email_normalized, c.name, c.first_name, c.last_name, c.company) LIKE $3' END
    || CASE WHEN custom IS NULL THEN '' ELSE ' AND c.custom_fields @> $4' END
    || ' LIMIT $5' USING tenant, workspace, pattern, custom, at_most;
END $$;--> statement-breakpoint
-- What an address is looked up by on a suppression list: itself, its domain ("@example.com"), and the mark that is left
-- of it when the person had their data erased.
CREATE FUNCTION public.suppression_keys(tenant uuid, address text) RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT ARRAY[address, substr(address, strpos(address, '@')),
    'sha256:' || encode(sha256(convert_to(tenant::text || ':' || address, 'UTF8')), 'hex')]
$$;--> statement-breakpoint
-- Imports, exports and edits of contacts that wait for a run, or whose run has fallen silent.
CREATE OR REPLACE FUNCTION public.stalled_jobs(overslept_seconds integer DEFAULT 20, at_most integer DEFAULT 1000)
RETURNS TABLE (kind text, tenant_id uuid, workspace_id uuid, id uuid, status text, fence bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp AS $$
  SELECT * FROM (
    SELECT 'import'::text, j.tenant_id, j.workspace_id, j.id, j.status, j.fence
    FROM public.import_jobs j
    WHERE j.status IN ('pending', 'validating', 'processing', 'rolling_back')
      AND (j.lease_until IS NULL OR j.lease_until <= public.app_now())
      AND coalesce(j.wakes_at, j.updated_at) <= public.app_now() - make_interval(secs => overslept_seconds)
    UNION ALL
    SELECT 'export'::text, j.tenant_id, j.workspace_id, j.id, j.status, j.fence
    FROM public.export_jobs j
    WHERE j.status IN ('pending', 'processing')
      AND (j.lease_until IS NULL OR j.lease_until <= public.app_now())
      AND coalesce(j.wakes_at, j.updated_at) <= public.app_now() - make_interval(secs => overslept_seconds)
    UNION ALL
    SELECT 'contact_edit'::text, j.tenant_id, j.workspace_id, j.id, j.status, j.fence
    FROM public.contact_edits j
    WHERE j.status IN ('pending', 'processing')
      AND (j.lease_until IS NULL OR j.lease_until <= public.app_now())
      AND coalesce(j.wakes_at, j.updated_at) <= public.app_now() - make_interval(secs => overslept_seconds)
  ) jobs LIMIT at_most
$$;
