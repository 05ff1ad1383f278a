import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { goal, type Goal } from "./schema.ts";

/**
 * A goal of a campaign. `subject` names what it listens to, as it is called now: the segment, the label of a custom
 * field; null when that is gone, or when there is nothing to name. `target` is the name of the campaign it leads to.
 */
export type CampaignGoal = Goal & { id: string; subject: string | null; target: string | null };

type Row = {
  id: string;
  name: string;
  action: string;
  targetId: string | null;
  target: string | null;
  attributionDays: number;
  type: string;
  segmentId: string | null;
  match: string | null;
  value: string | null;
  subject: string | null;
};

/** Those that count, in the order in which they were set up. */
export async function listGoals(tx: TenantTx, campaignId: string): Promise<CampaignGoal[]> {
  const rows = await tx.execute<Row>(sql`
    select g.id, g.name, g.action, g.target_campaign_id as "targetId", k.name as target, g.attribution_days as "attributionDays",
      t.trigger_type as type, t.segment_id as "segmentId", t.match, t.value,
      case t.trigger_type
        when 'segment_entered' then (select s.name from segments s where s.id = t.segment_id)
        when 'field_changed' then (select f.label from custom_field_definitions f
          where 'custom.' || f.field_name = t.match and f.archived_at is null)
      end as subject
    from campaign_goals g join campaign_triggers t on t.goal_id = g.id
    left join campaigns k on k.id = g.target_campaign_id and k.deleted_at is null
    where g.campaign_id = ${campaignId}::uuid and g.retired_at is null order by g.id`);
  return rows.map(({ id, subject, target, ...row }) => ({ ...goalOf(row), id, subject, target }));
}

function goalOf(row: Omit<Row, "id" | "subject" | "target">): Goal {
  const match = row.match ?? "";
  return goal.parse({
    name: row.name,
    action: row.action,
    targetId: row.targetId ?? "",
    attributionDays: row.attributionDays,
    event: {
      type: row.type,
      segmentId: row.segmentId ?? "",
      tag: match,
      field: match,
      value: row.value ?? "",
      name: match,
      campaignId: "",
      urlContains: match,
    },
  });
}

/**
 * How often a goal was reached, and of these how often an email is put down as the cause. `since` is null for a goal of
 * the launch, `retiredAt` for one that still counts; one that counted nothing and counts no more is left out.
 */
export type GoalTally = {
  goalId: string;
  name: string;
  reached: number;
  attributed: number;
  lastAt: Date | null;
  since: Date | null;
  retiredAt: Date | null;
};

export async function tallyGoals(tx: TenantTx, campaignId: string): Promise<GoalTally[]> {
  return [
    ...(await tx.execute<GoalTally>(sql`
      select g.id as "goalId", g.name, count(v.id)::int as reached, count(v.message_id)::int as attributed,
        max(v.occurred_at) as "lastAt", case when g.created_at > k.launched_at then g.created_at end as since,
        g.retired_at as "retiredAt"
      from campaign_goals g join campaigns k on k.id = g.campaign_id
      left join campaign_conversions v on v.campaign_id = g.campaign_id and v.goal_id = g.id
      where g.campaign_id = ${campaignId}::uuid group by g.id, k.launched_at
      having g.retired_at is null or count(v.id) > 0 order by g.retired_at nulls first, g.id`)),
  ];
}
