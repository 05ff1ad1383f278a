import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { foldedName } from "./names.ts";
import { type NameKind, namesHeld, type NamesInput } from "./schema.ts";

/*
 * What rules can name, for pickers. Row-level security keeps what is not this workspace's out of all of them. A picker
 * gets one more of a kind than it holds, so that it knows when there are others to search for, even with one left out.
 */
const heldMax = namesHeld + 1;

export type AudienceChoice = { id: string; name: string; kind: "list" | "segment"; count: number };

const audienceColumns = sql`id, name::text as name, case segment_type when 'static' then 'list' else 'segment' end as kind,
  contact_count as count`;

/** Lists, then segments, by name: the first of each. */
export async function listChoices(tx: TenantTx): Promise<AudienceChoice[]> {
  const first = (type: "static" | "dynamic") => sql`(
    select ${audienceColumns} from segments where is_active and segment_type = ${type}
    order by ${foldedName(sql`name`)} limit ${heldMax})`;
  return [
    ...(await tx.execute<AudienceChoice>(sql`
      select * from (${first("static")} union all ${first("dynamic")}) both_kinds
      order by kind, ${foldedName(sql`name`)}`)),
  ];
}

export type CampaignChoice = { id: string; name: string };

/** The newest campaigns that a rule can name. */
export async function listCampaignChoices(tx: TenantTx): Promise<CampaignChoice[]> {
  return [
    ...(await tx.execute<CampaignChoice>(sql`
      select id, name from campaigns where deleted_at is null and status <> 'draft' order by id desc limit ${heldMax}`)),
  ];
}

export type ImportChoice = { id: string; name: string; on: string };

const day = sql`to_char(created_at at time zone 'UTC', 'YYYY-MM-DD')`;

/** The newest imports that made contacts. `on` is the day, as `YYYY-MM-DD`. */
export async function listImportChoices(tx: TenantTx): Promise<ImportChoice[]> {
  return [
    ...(await tx.execute<ImportChoice>(sql`
      select id, file_name as name, ${day} as on
      from import_jobs where created_count > 0 order by id desc limit ${heldMax}`)),
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
      from custom_field_definitions order by label, id`)),
  ];
}

/** `hint` tells it from others of its name: a day, what it is, how many are in it. */
export type FoundName = { id: string; name: string; hint: string | null };
const foundMax = 50;

type Source = { from: SQL; where: SQL; name: SQL; hint: SQL; order: SQL };
const newest = sql`id desc`;
const byName = foldedName(sql`name`);
const segmentsOf = (where: SQL, hint: SQL): Source => ({
  from: sql`segments`,
  where: sql`is_active and ${where}`,
  name: sql`name`,
  hint,
  order: byName,
});
const campaignsOf = (where: SQL, hint = sql`null`): Source => ({
  from: sql`campaigns`,
  where: sql`deleted_at is null and ${where}`,
  name: sql`name`,
  hint,
  order: newest,
});
const size = sql`to_char(contact_count, 'FM999,999,999')`;

const sources: Record<NameKind, Source> = {
  list: segmentsOf(sql`segment_type = 'static'`, size),
  segment: segmentsOf(sql`segment_type = 'dynamic'`, size),
  audience: segmentsOf(sql`true`, sql`case segment_type when 'static' then 'list' else 'segment' end`),
  campaign: campaignsOf(sql`status <> 'draft'`),
  open_campaign: campaignsOf(
    sql`status in ('active', 'paused') and archived_at is null`,
    sql`case status when 'paused' then 'paused' end`,
  ),
  link_source: campaignsOf(sql`archived_at is null`),
  import: {
    from: sql`import_jobs`,
    where: sql`created_count > 0`,
    name: sql`file_name`,
    hint: day,
    order: newest,
  },
  tag: { from: sql`tags`, where: sql`true`, name: sql`name`, hint: sql`null`, order: byName },
};

/** What has these words in its name, the first fifty; or, by `ids`, what these are called. */
export async function findNames(tx: TenantTx, { kind, words, ids }: NamesInput): Promise<FoundName[]> {
  const { from, where, name, hint, order } = sources[kind];
  const asked = ids
    ? sql`id = any (${sql.param(ids)}::uuid[])`
    : sql`strpos(${foldedName(name)}, ${foldedName(sql`${words}`)}) > 0`;
  return [
    ...(await tx.execute<FoundName>(sql`
      select id, ${name}::text as name, ${hint} as hint from ${from} where ${where} and ${asked}
      order by ${order}, id limit ${ids ? ids.length : foundMax}`)),
  ];
}
