import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import type { Trigger } from "./schema.ts";

type Stored = {
  type: Trigger["type"];
  segmentId: string | null;
  match: string | null;
  value: string | null;
  linkCampaignId: string | null;
};

const orNull = (text: string) => (text === "" ? null : text);

function storedForm(one: Trigger): Stored {
  const blank = { type: one.type, segmentId: null, match: null, value: null, linkCampaignId: null };
  switch (one.type) {
    case "segment_entered":
      return { ...blank, segmentId: orNull(one.segmentId) };
    case "tag_added":
      return { ...blank, match: orNull(one.tag) };
    case "field_changed":
      return { ...blank, match: orNull(one.field), value: orNull(one.value) };
    case "event":
      return { ...blank, match: orNull(one.name) };
    case "link_clicked":
      return { ...blank, linkCampaignId: orNull(one.campaignId), match: orNull(one.urlContains) };
    case "manual":
      return blank;
  }
}

/** Sets what brings contacts into a draft. Throws `not_found` for a segment or campaign that is not there. */
export async function replaceTriggers(
  tx: TenantTx,
  campaignId: string,
  triggers: readonly Trigger[],
): Promise<void> {
  const rows = triggers.map(storedForm);
  await refuseStrangers(tx, rows);
  await tx.execute(
    sql`delete from campaign_triggers where campaign_id = ${campaignId}::uuid and role = 'enter'`,
  );
  const column = (name: keyof Stored) => sql.param(rows.map((row) => row[name]));
  await tx.execute(sql`
    insert into campaign_triggers (campaign_id, trigger_type, segment_id, match, value, link_campaign_id)
    select ${campaignId}::uuid, t.* from unnest(${column("type")}::text[], ${column("segmentId")}::uuid[],
      ${column("match")}::text[], ${column("value")}::text[], ${column("linkCampaignId")}::uuid[]) as t`);
}

async function refuseStrangers(tx: TenantTx, rows: readonly Stored[]): Promise<void> {
  const [missing] = await tx.execute(sql`
    select from unnest(${sql.param(rows.map((row) => row.segmentId))}::uuid[]) as named (id)
    where named.id is not null and not exists (select from segments s where s.id = named.id)
    union all
    select from unnest(${sql.param(rows.map((row) => row.linkCampaignId))}::uuid[]) as named (id)
    where named.id is not null
      and not exists (select from campaigns k where k.id = named.id and k.deleted_at is null)`);
  if (missing)
    throw new AppError("not_found", "What this trigger listens to does not exist any more. Choose another.");
}

/** The triggers of one campaign for a copy of it. What a campaign follows since its launch is not among them. */
export async function cloneTriggers(tx: TenantTx, from: string, to: string): Promise<void> {
  await tx.execute(sql`
    insert into campaign_triggers (campaign_id, trigger_type, segment_id, match, value, link_campaign_id)
    select ${to}::uuid, t.trigger_type, t.segment_id, t.match, t.value, t.link_campaign_id
    from campaign_triggers t join campaigns k on k.id = t.campaign_id and k.campaign_type = 'triggered'
    where t.campaign_id = ${from}::uuid and t.role = 'enter' order by t.id`);
}

/** Has a running campaign follow the lists and segments of its audience: who comes to them, and who leaves. */
export async function followAudience(
  tx: TenantTx,
  campaignId: string,
  { segmentIds, leave }: { segmentIds: readonly string[]; leave: boolean },
): Promise<void> {
  await tx.execute(sql`
    insert into campaign_triggers (campaign_id, role, trigger_type, segment_id)
    select ${campaignId}::uuid, v.role, v.type, s.id
    from segments s cross join (values ('enter', 'segment_entered'), ('leave', 'segment_left')) as v (role, type)
    where s.id = any(${sql.param([...segmentIds])}::uuid[]) and (v.role = 'enter' or ${leave})`);
}

type Arriving = { campaignId: string; contactIds: readonly string[]; actorId: string | null };

/** Brings contacts to a campaign's door by hand. Whoever stands there already is brought once. Returns how many were. */
export async function bringContacts(
  tx: TenantTx,
  { campaignId, contactIds, actorId }: Arriving,
): Promise<number> {
  const rows = await tx.execute(sql`
    insert into campaign_arrivals (campaign_id, trigger_id, contact_id, actor_id)
    select ${campaignId}::uuid,
      (select t.id from campaign_triggers t where t.campaign_id = ${campaignId}::uuid and t.trigger_type = 'manual' limit 1),
      c.id, ${actorId}::uuid
    from contacts c where c.id = any(${sql.param([...contactIds])}::uuid[]) and c.deleted_at is null
    order by c.id on conflict do nothing returning 1`);
  return rows.length;
}
