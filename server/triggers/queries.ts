import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { trigger, type Trigger, type TriggerType } from "./schema.ts";

/**
 * A trigger of a campaign. `subject` names what it listens to, as it is called now: the segment, the campaign, the label
 * of a custom field; null when that is gone, or when there is nothing to name.
 */
export type CampaignTrigger = Trigger & { id: string; subject: string | null };

type Row = {
  id: string;
  type: TriggerType;
  segmentId: string | null;
  match: string | null;
  value: string | null;
  linkCampaignId: string | null;
  subject: string | null;
};

/** What brings contacts into a campaign, in the order in which it was set up. */
export async function listTriggers(tx: TenantTx, campaignId: string): Promise<CampaignTrigger[]> {
  const rows = await tx.execute<Row>(sql`
    select t.id, t.trigger_type as type, t.segment_id as "segmentId", t.match, t.value,
      t.link_campaign_id as "linkCampaignId",
      case t.trigger_type
        when 'segment_entered' then (select s.name from segments s where s.id = t.segment_id)
        when 'link_clicked' then (select k.name from campaigns k where k.id = t.link_campaign_id and k.deleted_at is null)
        when 'field_changed' then (select f.label from custom_field_definitions f
          where 'custom.' || f.field_name = t.match and f.archived_at is null)
      end as subject
    from campaign_triggers t
    where t.campaign_id = ${campaignId}::uuid and t.role = 'enter' and t.trigger_type <> 'segment_left'
    order by t.id`);
  return rows.map(triggerOf);
}

function triggerOf({ id, type, subject, ...row }: Row): CampaignTrigger {
  const match = row.match ?? "";
  const read = trigger.parse({
    type,
    segmentId: row.segmentId ?? "",
    tag: match,
    field: match,
    value: row.value ?? "",
    name: match,
    campaignId: row.linkCampaignId ?? "",
    urlContains: match,
  });
  return { ...read, id, subject };
}

/** What came of those whom a trigger brought: enrolled, or turned away and why. */
export type TriggerTally = {
  id: string;
  enrolled: number;
  already: number;
  excluded: number;
  unmailable: number;
  lastAt: Date | null;
};

export async function tallyTriggers(tx: TenantTx, campaignId: string): Promise<TriggerTally[]> {
  return [
    ...(await tx.execute<TriggerTally>(sql`
      select id, enrolled_count as enrolled, already_count as already, excluded_count as excluded,
        unmailable_count as unmailable, last_arrival_at as "lastAt"
      from campaign_triggers where campaign_id = ${campaignId}::uuid and role = 'enter' order by id`)),
  ];
}

/** How many wait at a campaign's door: while it is paused, or for a moment. */
export async function countWaiting(tx: TenantTx, campaignId: string): Promise<number> {
  const [row] = await tx.execute<{ count: number }>(sql`
    select count(distinct a.contact_id)::int as count from campaign_arrivals a
    left join campaign_triggers t on t.id = a.trigger_id
    where a.campaign_id = ${campaignId}::uuid and coalesce(t.role, 'enter') = 'enter'`);
  return row?.count ?? 0;
}
