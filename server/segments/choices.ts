import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";

/* What rules can name, for pickers. Row-level security keeps what is not this workspace's out of all of them. */

export type AudienceChoice = { id: string; name: string; kind: "list" | "segment"; count: number };

/** Every list and segment one can choose in a picker. */
export async function listChoices(tx: TenantTx): Promise<AudienceChoice[]> {
  return [
    ...(await tx.execute<AudienceChoice>(sql`
      select id, name, case segment_type when 'static' then 'list' else 'segment' end as kind, contact_count as count
      from segments where is_active order by segment_type desc, name, id limit 2000`)),
  ];
}

export type CampaignChoice = { id: string; name: string };

/** The campaigns that a rule can name, newest first. */
export async function listCampaignChoices(tx: TenantTx): Promise<CampaignChoice[]> {
  return [
    ...(await tx.execute<CampaignChoice>(sql`
      select id, name from campaigns where deleted_at is null and status <> 'draft' order by id desc limit 1000`)),
  ];
}

export type ImportChoice = { id: string; name: string; on: string };

/** The imports that made contacts, newest first. `on` is the day, as `YYYY-MM-DD`. */
export async function listImportChoices(tx: TenantTx): Promise<ImportChoice[]> {
  return [
    ...(await tx.execute<ImportChoice>(sql`
      select id, file_name as name, to_char(created_at at time zone 'UTC', 'YYYY-MM-DD') as on
      from import_jobs where created_count > 0 order by id desc limit 500`)),
  ];
}

export type FieldChoice = {
  id: string;
  name: string;
  label: string;
  type: "text" | "number" | "date" | "boolean" | "select" | "multi_select";
  options: string[];
};

/** The custom fields, with the values one can choose among where there are such. */
export async function listFieldChoices(tx: TenantTx): Promise<FieldChoice[]> {
  return [
    ...(await tx.execute<FieldChoice>(sql`
      select id, field_name as name, label, field_type as type, options
      from custom_field_definitions order by label, id limit 500`)),
  ];
}
