import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { violates } from "#db/errors";
import type { TenantTx } from "#db/tenancy";
import { decidedDesigns } from "#server/ab-tests/design";
import { recordAct } from "#server/audit";
import { audience as audienceShape } from "#server/campaigns/schema";
import { createCampaign } from "#server/campaigns/mutations";
import { getCampaign } from "#server/campaigns/queries";
import { contentColumns, saveGraph } from "#server/campaigns/steps";
import { AppError } from "#server/errors";
import { replaceGoals } from "#server/goals/mutations";
import type { Goal } from "#server/goals/schema";
import { replaceTriggers } from "#server/triggers/mutations";
import type { Trigger } from "#server/triggers/schema";
import { campaignStructure, type CampaignStructure } from "./schema.ts";

/**
 * Keeps how a campaign is built as a template: steps, triggers, rules and pace, without its audience and its sender.
 * Throws `not_found`; `conflict` on `name` when a template is called so.
 */
export async function saveAsTemplate(
  tx: TenantTx,
  { campaignId, name, userId }: { campaignId: string; name: string; userId: string },
): Promise<{ id: string }> {
  const structure = await structureOf(tx, campaignId);
  const [made] = await tx
    .execute<{ id: string }>(
      sql`insert into campaign_templates (name, structure, created_by)
        values (${name}, ${JSON.stringify(structure)}::jsonb, ${userId}::uuid) returning id`,
    )
    .catch((error: unknown) => {
      if (!violates(error, "campaign_templates_name_unique")) throw error;
      const sentence = "There is a template of this name already. Choose another.";
      throw new AppError("conflict", sentence, { name: sentence }, { cause: error });
    });
  if (!made) throw new Error("insert into campaign_templates returned no row.");
  await recordAct(tx, {
    actorId: userId,
    action: "campaign_template.created",
    resourceType: "campaign_template",
    resourceId: made.id,
    after: { name, campaignId },
  });
  return made;
}

async function structureOf(tx: TenantTx, campaignId: string): Promise<CampaignStructure> {
  const { type, audience, settings, triggers, goals, steps } = await getCampaign(tx, campaignId);
  const rows = await tx.execute<{ id: string; content: Record<string, unknown> }>(sql`
    select s.id, to_jsonb(c) as content from campaign_steps s
    cross join lateral (select ${contentColumns} from campaign_steps i where i.id = s.id) c
    where s.campaign_id = ${campaignId}::uuid`);
  const [asked] = await tx.execute<{ requiresApproval: boolean }>(sql`
    select requires_approval as "requiresApproval" from campaign_settings where campaign_id = ${campaignId}::uuid`);
  const designs = await decidedDesigns(tx, campaignId);
  const contents = new Map(rows.map(({ id, content }) => [id, { ...content, ...designs.get(id) }]));
  // What belongs to one audience and one sender is not among the structure's fields, and is dropped here.
  return campaignStructure.parse({
    version: 1,
    type,
    audience,
    settings,
    ...asked,
    triggers,
    goals,
    steps: steps.map(({ id, next, whenTrue, whenFalse }) => ({
      id,
      next,
      whenTrue,
      whenFalse,
      content: contents.get(id),
    })),
  });
}

/**
 * A draft built as the template says, for the default mailbox and nobody yet. What its parts name that is gone by now,
 * a list or a template of a mail, is left blank: the launch checks say so.
 * Throws `not_found`; `invalid` when the workspace has no mailbox.
 */
export async function createFromTemplate(
  tx: TenantTx,
  { id, name, userId }: { id: string; name: string; userId: string },
): Promise<{ id: string }> {
  const [row] = await tx.execute<{ structure: unknown }>(
    sql`select structure from campaign_templates where id = ${id}::uuid`,
  );
  if (!row) throw new AppError("not_found", "There is no such template any more.");
  const { type, audience, settings, requiresApproval, triggers, goals, steps } = withFreshIds(
    campaignStructure.parse(row.structure),
  );
  const campaign = await createCampaign(tx, { name, type, userId });
  const whole = audienceShape.parse({ ...audience, exclude: await existing(tx, audience.exclude) });
  await tx.execute(sql`
    update campaigns set audience = ${JSON.stringify(whole)}::jsonb, auto_enroll = ${whole.autoEnroll},
      remove_on_exit = ${whole.removeOnExit}, reenroll_policy = ${JSON.stringify(whole.reenrollment)}::jsonb,
      track_opens = ${settings.trackOpens}, track_clicks = ${settings.trackClicks},
      plain_text_only = ${settings.plainTextOnly}, utm = ${JSON.stringify(settings.utm)}::jsonb,
      priority = ${settings.priority}, reply_stops = ${settings.replyStops}
    where id = ${campaign.id}::uuid`);
  await tx.execute(sql`
    update campaign_settings set send_window_start = ${settings.sendWindowStart}::time,
      send_window_end = ${settings.sendWindowEnd}::time, send_days = ${sql.param(settings.sendDays)}::text[],
      daily_limit = ${settings.dailyLimit}, delay_between_emails_seconds = ${settings.delayBetweenEmailsSeconds},
      timezone_mode = ${settings.timezoneMode}, optimize_send_time = ${settings.optimizeSendTime},
      reply_reach = ${settings.replyReach}, stop_company_on_reply = ${settings.stopCompanyOnReply},
      stop_on_auto_reply = ${settings.stopOnAutoReply}, snooze_on_auto_reply = ${settings.snoozeOnAutoReply},
      requires_approval = ${requiresApproval}
    where campaign_id = ${campaign.id}::uuid`);
  await replaceTriggers(tx, campaign.id, await standing(tx, triggers));
  await replaceGoals(tx, campaign.id, await standingGoals(tx, goals));
  await insertSteps(tx, campaign.id, steps);
  return campaign;
}

/** Rules name steps too, so that ids are exchanged wherever they stand. */
function withFreshIds(structure: CampaignStructure): CampaignStructure {
  const steps = structure.steps.reduce(
    (text, { id }) => text.replaceAll(id, v7()),
    JSON.stringify(structure.steps),
  );
  return campaignStructure.parse({ ...structure, steps: JSON.parse(steps) as unknown });
}

/** What a step has that was kept before steps could have it. */
const blanks = { reply_in_thread: false, attachments: [], requires_draft_approval: false };

async function insertSteps(
  tx: TenantTx,
  campaignId: string,
  steps: CampaignStructure["steps"],
): Promise<void> {
  const mails = await tx.execute<{ id: string }>(sql`
    select id from templates where deleted_at is null
      and id = any(${sql.param(steps.flatMap(({ content }) => content.template_id ?? []))}::uuid[])`);
  const there = new Set(mails.map(({ id }) => id));
  // Behind the blank step of every new draft, which the graph then does without.
  const rows = steps.map(({ id, content }, index) => ({
    ...blanks,
    ...content,
    template_id: content.template_id && there.has(content.template_id) ? content.template_id : null,
    id,
    step_order: index + 2,
  }));
  await tx.execute(sql`
    insert into campaign_steps (id, campaign_id, step_order, ${contentColumns})
    select id, ${campaignId}::uuid, step_order, ${contentColumns}
    from jsonb_populate_recordset(null::campaign_steps, ${JSON.stringify(rows)}::jsonb)`);
  const graph = steps.map(({ id, next, whenTrue, whenFalse, content }) => ({
    id,
    type: content.step_type,
    actionType: content.action_type,
    next,
    whenTrue,
    whenFalse,
  }));
  await saveGraph(tx, campaignId, graph);
}

async function existing(tx: TenantTx, ids: readonly string[]): Promise<string[]> {
  const rows = await tx.execute<{ id: string }>(
    sql`select id from segments where id = any(${sql.param([...ids])}::uuid[])`,
  );
  return rows.map(({ id }) => id);
}

async function standing(tx: TenantTx, triggers: readonly Trigger[]): Promise<Trigger[]> {
  const segmentIds = triggers.flatMap((one) =>
    one.type === "segment_entered" && one.segmentId ? [one.segmentId] : [],
  );
  const there = new Set(await existing(tx, segmentIds));
  return triggers.map((one) => {
    if (one.type === "segment_entered" && !there.has(one.segmentId)) return { ...one, segmentId: "" };
    // The links of another campaign are of its time.
    return one.type === "link_clicked" ? { ...one, campaignId: "" } : one;
  });
}

/** Whom a goal moved on went to a campaign of its time: another is chosen. */
async function standingGoals(tx: TenantTx, goals: readonly Goal[]): Promise<Goal[]> {
  const segmentIds = goals.flatMap(({ event }) =>
    event.type === "segment_entered" && event.segmentId ? [event.segmentId] : [],
  );
  const there = new Set(await existing(tx, segmentIds));
  return goals.map((goal) => {
    const { event } = goal;
    const lost = event.type === "segment_entered" && !there.has(event.segmentId);
    return { ...goal, targetId: "", event: lost ? { ...event, segmentId: "" } : event };
  });
}

/** Throws `not_found`. Campaigns made from it stay as they are. */
export async function deleteCampaignTemplate(
  tx: TenantTx,
  { id, userId }: { id: string; userId: string },
): Promise<void> {
  const [gone] = await tx.execute<{ name: string }>(
    sql`delete from campaign_templates where id = ${id}::uuid returning name`,
  );
  if (!gone) throw new AppError("not_found", "There is no such template any more.");
  await recordAct(tx, {
    actorId: userId,
    action: "campaign_template.deleted",
    resourceType: "campaign_template",
    resourceId: id,
    before: gone,
  });
}
