import { isDeepStrictEqual } from "node:util";
import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import { goalProblems } from "./checks.ts";
import { listGoals } from "./queries.ts";
import type { Goal, GoalEdit, GoalEvent } from "./schema.ts";

type Stored = {
  triggerType: GoalEvent["type"];
  segmentId: string | null;
  match: string | null;
  value: string | null;
};

/** The founding names of what a goal listens to. */
const eventTypes: Record<GoalEvent["type"], string> = {
  event: "custom_event",
  link_clicked: "click_url",
  replied: "reply",
  field_changed: "field_change",
  tag_added: "tag_added",
  segment_entered: "segment_join",
};

const orNull = (text: string) => (text === "" ? null : text);

function storedForm(event: GoalEvent): Stored {
  const blank = { triggerType: event.type, segmentId: null, match: null, value: null };
  switch (event.type) {
    case "segment_entered":
      return { ...blank, segmentId: orNull(event.segmentId) };
    case "tag_added":
      return { ...blank, match: orNull(event.tag) };
    case "field_changed":
      return { ...blank, match: orNull(event.field), value: orNull(event.value) };
    case "event":
      return { ...blank, match: orNull(event.name) };
    case "link_clicked":
      return { ...blank, match: orNull(event.urlContains) };
    case "replied":
      return blank;
  }
}

/**
 * Sets the goals of a draft. Throws `not_found` for a segment or campaign that is not there, `invalid` for a goal that
 * leads back to its own campaign.
 */
export async function replaceGoals(tx: TenantTx, campaignId: string, goals: readonly Goal[]): Promise<void> {
  await refuseWrong(tx, campaignId, goals);
  // Their triggers go with them.
  await tx.execute(sql`delete from campaign_goals where campaign_id = ${campaignId}::uuid`);
  await insertGoals(tx, campaignId, goals);
}

/** Gives a copy the same goals. One that led to a campaign that is gone by now is to be given another. */
export async function cloneGoals(tx: TenantTx, from: string, to: string): Promise<void> {
  const goals = await listGoals(tx, from);
  const targets = goals.flatMap((goal) => targetOf(goal) ?? []);
  const rows = await tx.execute<{ id: string }>(sql`
    select id from campaigns where id = any(${sql.param(targets)}::uuid[]) and deleted_at is null`);
  const there = new Set(rows.map(({ id }) => id));
  await replaceGoals(
    tx,
    to,
    goals.map((goal) => (there.has(goal.targetId) ? goal : { ...goal, targetId: "" })),
  );
}

/**
 * Changes the goals of a campaign that was launched. One that listens to something else from now on is a new goal: the
 * one before it counts no more, and what it counted stays. So does that of one that is taken away. Throws as
 * `replaceGoals` does, and `invalid` for a goal that is not finished, which would listen to everything.
 */
export async function changeGoals(
  tx: TenantTx,
  campaignId: string,
  goals: readonly GoalEdit[],
): Promise<void> {
  await refuseWrong(tx, campaignId, goals);
  const standing = new Map((await listGoals(tx, campaignId)).map((one) => [one.id, one]));
  const goesOn = goals.filter(({ id, event }) => {
    const before = id === undefined ? undefined : standing.get(id);
    return before !== undefined && isSame(before.event, event);
  });
  const kept = new Set(goesOn.map(({ id }) => id));
  await tx.execute(sql`
    update campaign_goals set retired_at = app_now(), updated_at = app_now()
    where campaign_id = ${campaignId}::uuid and retired_at is null
      and not id = any(${sql.param([...kept])}::uuid[])`);
  const column = (of: (one: GoalEdit) => string | number | null | undefined) => sql.param(goesOn.map(of));
  await tx.execute(sql`
    update campaign_goals g set name = n.name, action = n.action, target_campaign_id = n.target, attribution_days = n.days,
      updated_at = app_now()
    from unnest(${column(({ id }) => id)}::uuid[], ${column(({ name }) => name)}::text[], ${column(({ action }) => action)}::text[],
      ${column(targetOf)}::uuid[], ${column(({ attributionDays }) => attributionDays)}::int[]) as n (id, name, action, target, days)
    where g.id = n.id`);
  await insertGoals(
    tx,
    campaignId,
    goals.filter((one) => !goesOn.includes(one)),
  );
  const [unfinished] = goalProblems(await listGoals(tx, campaignId));
  if (unfinished) throw new AppError("invalid", unfinished.message);
}

const isSame = (one: GoalEvent, other: GoalEvent): boolean =>
  isDeepStrictEqual(storedForm(one), storedForm(other));

async function insertGoals(tx: TenantTx, campaignId: string, goals: readonly Goal[]): Promise<void> {
  if (goals.length === 0) return;
  const rows = goals.map((goal) => ({
    ...goal,
    id: v7(),
    ...storedForm(goal.event),
    target: targetOf(goal),
  }));
  const column = <Row, Name extends keyof Row>(of: readonly Row[], name: Name) =>
    sql.param(of.map((row) => row[name]));
  await tx.execute(sql`
    with given as materialized (
      select * from unnest(${column(rows, "id")}::uuid[], ${column(rows, "name")}::text[],
        ${sql.param(rows.map(({ event }) => eventTypes[event.type]))}::text[], ${column(rows, "action")}::text[],
        ${column(rows, "target")}::uuid[], ${column(rows, "attributionDays")}::int[], ${column(rows, "triggerType")}::text[],
        ${column(rows, "segmentId")}::uuid[], ${column(rows, "match")}::text[], ${column(rows, "value")}::text[])
        as g (id, name, event_type, action, target, days, trigger_type, segment_id, match, value)
    ), goals as (
      insert into campaign_goals (id, campaign_id, name, event_type, action, target_campaign_id, attribution_days)
      select id, ${campaignId}::uuid, name, event_type, action, target, days from given
    )
    insert into campaign_triggers (campaign_id, role, goal_id, trigger_type, segment_id, match, value, link_campaign_id)
    select ${campaignId}::uuid, 'goal', id, trigger_type, segment_id, match, value,
      case when trigger_type = 'link_clicked' then ${campaignId}::uuid end
    from given`);
}

async function refuseWrong(tx: TenantTx, campaignId: string, goals: readonly Goal[]): Promise<void> {
  const rows = goals.map((goal) => ({ ...storedForm(goal.event), target: targetOf(goal) }));
  if (rows.some(({ target }) => target === campaignId))
    throw new AppError(
      "invalid",
      "A goal cannot lead to the campaign that it ends. Choose another campaign.",
    );
  await refuseStrangers(tx, rows);
}

const targetOf = ({ action, targetId }: Goal) => (action === "move" ? orNull(targetId) : null);

async function refuseStrangers(
  tx: TenantTx,
  rows: readonly { segmentId: string | null; target: string | null }[],
): Promise<void> {
  const [missing] = await tx.execute(sql`
    select from unnest(${sql.param(rows.map((row) => row.segmentId))}::uuid[]) as named (id)
    where named.id is not null and not exists (select from segments s where s.id = named.id)
    union all
    select from unnest(${sql.param(rows.map((row) => row.target))}::uuid[]) as named (id)
    where named.id is not null
      and not exists (select from campaigns k where k.id = named.id and k.deleted_at is null)`);
  if (missing)
    throw new AppError("not_found", "What this goal names does not exist any more. Choose another.");
}
