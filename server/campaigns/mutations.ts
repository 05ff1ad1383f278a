import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import type { TenantTx } from "#db/tenancy";
import { decidedDesigns } from "#server/ab-tests/design";
import { newTest } from "#server/ab-tests/schema";
import { keepSameDays } from "#server/blackout-dates/scope";
import { AppError } from "#server/errors";
import { changeGoals, cloneGoals, replaceGoals } from "#server/goals/mutations";
import type { GoalEdit } from "#server/goals/schema";
import { cloneTriggers, replaceTriggers } from "#server/triggers/mutations";
import type { Trigger } from "#server/triggers/schema";
import { type Act, recordCampaignAct } from "./acts.ts";
import { stepsChangeIn, takeForEdit } from "./edits.ts";
import { standingMailbox } from "./pool-sender.ts";
import type { Audience, CampaignInput, SettingsInput, StepContent } from "./schema.ts";
import { backToDraft } from "./schedule.ts";
import { blankContent, contentColumns, contentValues, loadSteps, saveGraph } from "./steps.ts";

/**
 * A draft with one empty email step. It sends from the workspace's default mailbox until another is chosen, in the
 * workspace's time zone. Throws `invalid` when the workspace has no mailbox.
 */
export async function createCampaign(
  tx: TenantTx,
  { name, type, userId }: CampaignInput & { userId: string | null },
): Promise<{ id: string }> {
  const [sender] = await tx.execute<{ id: string; email: string; name: string | null }>(sql`
    select id, email, display_name as name from email_accounts order by is_default desc, status = 'active' desc, id limit 1`);
  if (!sender)
    throw new AppError(
      "invalid",
      "This workspace has no mailbox to send from. Connect one under Settings, Mailboxes, first.",
    );
  const id = v7();
  const zone = sql`(select timezone from workspaces
    where id = (select nullif(current_setting('app.current_workspace_id', true), '')::uuid))`;
  await tx.execute(sql`
    insert into campaigns (id, name, campaign_type, from_email, from_name, email_account_id, timezone, created_by)
    values (${id}::uuid, ${name}, ${type}, ${sender.email}, ${sender.name || sender.email}, ${sender.id}::uuid,
      ${zone}, ${userId}::uuid)`);
  // The trigger on campaigns has made the row of settings.
  await tx.execute(sql`update campaign_settings set timezone = ${zone} where campaign_id = ${id}::uuid`);
  await tx.execute(sql`
    insert into campaign_steps (campaign_id, step_order, ${contentColumns})
    values (${id}::uuid, 1, ${contentValues(firstStep(type))})`);
  return { id };
}

function firstStep(type: CampaignInput["type"]): StepContent {
  const email = blankContent("email");
  return type === "ab_test" && email.type === "email" ? { ...email, test: newTest() } : email;
}

export async function renameCampaign(tx: TenantTx, { id, name }: { id: string; name: string }) {
  const [row] = await tx.execute<{ id: string }>(sql`
    update campaigns set name = ${name}, updated_at = app_now() where id = ${id}::uuid and deleted_at is null returning id`);
  if (!row) throw new AppError("not_found", "There is no such campaign.");
}

/** `segment_id`, the founding column, keeps the first list or segment included. */
export async function updateAudience(
  tx: TenantTx,
  { id, version, audience }: { id: string; version: number; audience: Audience },
) {
  await takeForEdit(tx, { id, version });
  await tx.execute(sql`
    update campaigns set audience = ${JSON.stringify(audience)}::jsonb, auto_enroll = ${audience.autoEnroll},
      remove_on_exit = ${audience.autoEnroll && audience.removeOnExit},
      reenroll_policy = ${JSON.stringify(audience.reenrollment)}::jsonb,
      segment_id = (select s.id from segments s where s.id = ${audience.include[0] ?? null}::uuid)
    where id = ${id}::uuid`);
}

/** Sets what brings contacts in. Throws `conflict` for a campaign of another kind. */
export async function updateTriggers(
  tx: TenantTx,
  { id, version, triggers }: { id: string; version: number; triggers: Trigger[] },
) {
  await takeForEdit(tx, { id, version });
  const [campaign] = await tx.execute<{ type: string }>(
    sql`select campaign_type as type from campaigns where id = ${id}::uuid`,
  );
  if (campaign?.type !== "triggered")
    throw new AppError("conflict", "Only a triggered campaign has triggers. This one has an audience.");
  await replaceTriggers(tx, id, triggers);
}

/** Sets what the campaign is for. */
export async function updateGoals(
  tx: TenantTx,
  { id, version, goals }: { id: string; version: number; goals: GoalEdit[] },
) {
  const status = await takeForEdit(tx, { id, version }, stepsChangeIn);
  if (status === "draft") await replaceGoals(tx, id, goals);
  else await changeGoals(tx, id, goals);
}

/** Throws `invalid` on `emailAccountId` for a mailbox of nobody's here, on `noLimits` for one that sends real mail. */
export async function updateSettings(tx: TenantTx, { id, version, settings }: SettingsInput) {
  await takeForEdit(tx, { id, version });
  await checkMailbox(tx, settings);
  const emailAccountId = await standingMailbox(tx, settings);
  await tx.execute(sql`
    update campaigns set from_name = ${settings.fromName}, from_email = ${settings.fromEmail},
      reply_to_email = ${settings.replyToEmail}, email_account_id = ${emailAccountId}::uuid,
      rotation_pool_id = ${settings.rotationPoolId}::uuid, priority = ${settings.priority},
      timezone = ${settings.timezone}, track_opens = ${settings.trackOpens}, track_clicks = ${settings.trackClicks},
      plain_text_only = ${settings.plainTextOnly}, utm = ${JSON.stringify(settings.utm)}::jsonb,
      reply_stops = ${settings.replyStops}
    where id = ${id}::uuid`);
  await tx.execute(sql`
    update campaign_settings set send_window_start = ${settings.sendWindowStart}::time,
      send_window_end = ${settings.sendWindowEnd}::time, send_days = ${sql.param(settings.sendDays)}::text[],
      timezone = ${settings.timezone}, daily_limit = ${settings.dailyLimit},
      delay_between_emails_seconds = ${settings.delayBetweenEmailsSeconds}, no_limits = ${settings.noLimits},
      timezone_mode = ${settings.timezoneMode}, optimize_send_time = ${settings.optimizeSendTime},
      reply_reach = ${settings.replyReach}, stop_company_on_reply = ${settings.stopCompanyOnReply},
      stop_on_auto_reply = ${settings.stopOnAutoReply}, snooze_on_auto_reply = ${settings.snoozeOnAutoReply}, updated_at = app_now()
    where campaign_id = ${id}::uuid`);
}

async function checkMailbox(
  tx: TenantTx,
  { emailAccountId, rotationPoolId, noLimits, fromEmail }: SettingsInput["settings"],
) {
  if (emailAccountId === null || rotationPoolId !== null) return;
  const [mailbox] = await tx.execute<{ email: string; sandbox: boolean }>(sql`
    select email, provider = 'sandbox' as sandbox from email_accounts where id = ${emailAccountId}::uuid`);
  if (!mailbox) {
    const message = "This mailbox does not exist any more. Choose another.";
    throw new AppError("invalid", message, { "settings.emailAccountId": message });
  }
  if (mailbox.sandbox) return;
  if (noLimits) {
    const message = `“No limits” is for the sandbox only, and ${mailbox.email} sends real mail. Switch it off.`;
    throw new AppError("invalid", message, { "settings.noLimits": message });
  }
  const domain = (address: string) => address.toLowerCase().split("@").at(-1);
  if (domain(fromEmail) !== domain(mailbox.email)) {
    const message = `The sender’s address must be of the mailbox’s domain (${domain(mailbox.email)}), or receivers will refuse the mail.`;
    throw new AppError("invalid", message, { "settings.fromEmail": message });
  }
}

/**
 * A draft of the same steps, audience and settings, with nobody in it. Its name says that it is a copy unless another
 * is given. Throws `not_found`.
 */
export async function cloneCampaign(
  tx: TenantTx,
  { id, userId, name }: { id: string; userId: string | null; name?: string },
): Promise<{ id: string }> {
  const copy = v7();
  const [made] = await tx.execute<{ id: string }>(sql`
    insert into campaigns (id, name, description, campaign_type, goal, category, priority, segment_id, audience, auto_enroll,
      remove_on_exit, reenroll_policy, from_email, from_name, reply_to_email, email_account_id, rotation_pool_id, timezone, track_opens,
      track_clicks, plain_text_only, utm, reply_stops, created_by)
    select ${copy}::uuid, coalesce(${name ?? null}, left(name, 248) || ' (Copy)'), description, campaign_type, goal, category, priority, segment_id,
      audience, auto_enroll, remove_on_exit, reenroll_policy, from_email, from_name, reply_to_email, email_account_id, rotation_pool_id, timezone, track_opens,
      track_clicks, plain_text_only, utm, reply_stops, ${userId}::uuid
    from campaigns where id = ${id}::uuid and deleted_at is null
    returning id`);
  if (!made) throw new AppError("not_found", "There is no such campaign.");
  await tx.execute(sql`
    update campaign_settings to_ set send_window_start = f.send_window_start, send_window_end = f.send_window_end,
      send_days = f.send_days, timezone = f.timezone, daily_limit = f.daily_limit,
      delay_between_emails_seconds = f.delay_between_emails_seconds, no_limits = f.no_limits,
      timezone_mode = f.timezone_mode, optimize_send_time = f.optimize_send_time,
      reply_reach = f.reply_reach, stop_company_on_reply = f.stop_company_on_reply, stop_on_auto_reply = f.stop_on_auto_reply,
      snooze_on_auto_reply = f.snooze_on_auto_reply,
      requires_approval = f.requires_approval
    from campaign_settings f where f.campaign_id = ${id}::uuid and to_.campaign_id = ${copy}::uuid`);
  await cloneSteps(tx, id, copy);
  await cloneTriggers(tx, id, copy);
  await cloneGoals(tx, id, copy);
  await keepSameDays(tx, id, copy);
  return { id: copy };
}

async function cloneSteps(tx: TenantTx, from: string, to: string) {
  const steps = await loadSteps(tx, from);
  const fresh = new Map(steps.map((step) => [step.id, v7()]));
  const at = (id: string | null) => (id === null ? null : (fresh.get(id) ?? null));
  // Rules name steps and the campaign too (“opened step 1”), so their ids change along.
  const named = new Map([...fresh, [from, to]]);
  await tx.execute(sql`
    insert into campaign_steps (id, campaign_id, step_order, ${contentColumns})
    select m.fresh, ${to}::uuid, s.step_order, s.step_type, s.name, s.template_id, s.template_version, s.subject_line, s.preview_text,
      s.email_content, s.email_text, s.sender, s.reply_in_thread, s.attachments, s.send_time, s.test, coalesce(m.wait, s.wait_duration), s.wait_up_to, s.condition_type,
      coalesce(m.rules, s.condition_rules), s.action_type, coalesce(m.action, s.action_config), s.requires_draft_approval, s.draft_review
    from campaign_steps s
    join unnest(${sql.param([...fresh.keys()])}::uuid[], ${sql.param([...fresh.values()])}::uuid[],
      ${sql.param(steps.map((step) => renamed(step.conditionRules, named)))}::text[]::jsonb[],
      ${sql.param(steps.map((step) => renamed(step.wait, named)))}::text[]::jsonb[],
      ${sql.param(steps.map((step) => renamed(step.action, fresh)))}::text[]::jsonb[]) as m(old, fresh, rules, wait, action) on m.old = s.id
    where s.campaign_id = ${from}::uuid`);
  await restoreTests(
    tx,
    [...(await decidedDesigns(tx, from))].map(([id, columns]) => ({ id: at(id) ?? id, columns })),
  );
  const graph = steps.map((step) => ({
    ...step,
    id: at(step.id) ?? step.id,
    next: at(step.next),
    whenTrue: at(step.whenTrue),
    whenFalse: at(step.whenFalse),
  }));
  await saveGraph(tx, to, graph);
}

/** A copy tests again what has been decided at its original. */
async function restoreTests(
  tx: TenantTx,
  designs: readonly { id: string; columns: Record<string, unknown> }[],
) {
  if (designs.length === 0) return;
  const text = (column: string) => {
    const name = sql.identifier(column);
    return sql`${name} = case when d.columns ? ${column}::text then d.columns ->> ${column}::text else s.${name} end`;
  };
  await tx.execute(sql`
    update campaign_steps s set test = d.columns -> 'test', ${text("subject_line")}, ${text("preview_text")},
      ${text("email_content")}, ${text("email_text")},
      sender = case when d.columns ? 'sender' then nullif(d.columns -> 'sender', 'null'::jsonb) else s.sender end,
      send_time = case when d.columns ? 'send_time' then (d.columns ->> 'send_time')::time else s.send_time end
    from jsonb_to_recordset(${JSON.stringify(designs)}::jsonb) as d(id uuid, columns jsonb) where s.id = d.id`);
}

function renamed(rules: unknown, fresh: ReadonlyMap<string, string>): string | null {
  if (rules === null) return null;
  return [...fresh].reduce((text, [old, next]) => text.replaceAll(old, next), JSON.stringify(rules));
}

/** Hides a campaign; its data stays. A scheduled one is a draft when it comes back. Throws `not_found`; `conflict` while it runs. */
export async function archiveCampaign(tx: TenantTx, act: Act<string | null>) {
  const { id } = act;
  const [row] = await tx.execute<{ status: string; archived: boolean }>(sql`
    select status, archived_at is not null as archived from campaigns
    where id = ${id}::uuid and deleted_at is null for update`);
  if (!row) throw new AppError("not_found", "There is no such campaign.");
  if (row.status === "active")
    throw new AppError("conflict", "A running campaign cannot be archived. Pause it first.");
  if (row.archived) return;
  await backToDraft(tx, id);
  await tx.execute(sql`
    update campaigns set archived_at = app_now(), updated_at = app_now() where id = ${id}::uuid`);
  await recordCampaignAct(tx, act, "campaign.archived");
}

export async function restoreCampaign(tx: TenantTx, act: Act) {
  const [row] = await tx.execute<{ id: string }>(sql`
    update campaigns set archived_at = null, updated_at = app_now() where id = ${act.id}::uuid and deleted_at is null returning id`);
  if (!row) throw new AppError("not_found", "There is no such campaign.");
  await recordCampaignAct(tx, act, "campaign.restored");
}
