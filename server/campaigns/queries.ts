import { sql, type SQL } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { liveNumbers, type Numbers } from "#server/analytics/queries";
import { AppError } from "#server/errors";
import { type CampaignGoal, listGoals } from "#server/goals/queries";
import { loadLineage, originOf, type Origin, type Series } from "#server/occurrences/queries";
import { namesHeld } from "#server/segments/schema";
import { isApproved } from "#server/template-approvals/digest";
import { type CampaignTrigger, listTriggers } from "#server/triggers/queries";

import { stepProblems, type Problem } from "./checks.ts";
import { flowOf, type Flow } from "./flow.ts";
import { reachableFrom } from "./graph.ts";
import { liquidProblem } from "./liquid-problem.ts";
import {
  audience as audienceShape,
  keptDays,
  nobody,
  type Audience,
  type CampaignListInput,
  type CampaignSettings,
  type CampaignStatus,
  type CampaignType,
} from "./schema.ts";
import { loadSteps, type Step } from "./steps.ts";
import { type History, loadHistory } from "./versions.ts";

export const pageSize = 25;

export type CampaignRow = {
  id: string;
  name: string;
  type: CampaignType;
  status: CampaignStatus;
  archived: boolean;
  /** Until when it can be brought back; null unless it is deleted. */
  keptUntil: Date | null;
  /** It is deleted, and somebody who was on the way in it still has to leave. */
  leaving: boolean;
  pauseReason: string | null;
  createdAt: Date;
  launchedAt: Date | null;
  endsAt: Date | null;
  /** It takes people in until it is ended. */
  goesOn: boolean;
  timezone: string;
  /** When it is launched next, of one that is scheduled. */
  startsAt: Date | null;
  repeats: boolean;
  /** The campaign that it is a repeat of. */
  origin: Origin | null;
  numbers: Numbers;
};

function shownUnder(status: CampaignListInput["status"]): SQL {
  if (status === "deleted")
    return sql`deleted_at > app_now() - make_interval(days => ${keptDays}) and purged_at is null`;
  if (status === "archived") return sql`deleted_at is null and archived_at is not null`;
  const here = sql`deleted_at is null and archived_at is null`;
  return status ? sql`${here} and status = ${status}` : here;
}

/** A page of campaigns, newest first, each with its numbers counted from the ledger. `next` is the last id, or null. */
export async function listCampaigns(tx: TenantTx, { q, status, after }: CampaignListInput) {
  const conditions: SQL[] = [shownUnder(status)];
  if (q) conditions.push(sql`position(lower(${q}) in lower(name)) > 0`);
  if (after) conditions.push(sql`id < ${after}::uuid`);
  const rows = await tx.execute<Omit<CampaignRow, "numbers">>(sql`
    select id, name, campaign_type as type, status, archived_at is not null as archived,
      deleted_at + make_interval(days => ${keptDays}) as "keptUntil",
      deleted_at is not null and exists (select from campaign_contacts e where e.campaign_id = campaigns.id
        and e.status in ('enrolled', 'active', 'paused')) as leaving, pause_reason as "pauseReason", created_at as "createdAt", launched_at as "launchedAt", end_date as "endsAt", timezone,
      campaign_type = 'triggered' or auto_enroll as "goesOn", case when status = 'scheduled' then start_date end as "startsAt",
      exists (select from campaign_schedules s where s.campaign_id = campaigns.id and s.is_active) as repeats,
      ${originOf(sql`campaigns.id`)} as origin
    from campaigns where ${sql.join(conditions, sql` and `)}
    order by id desc limit ${pageSize + 1}`);
  const shown = rows.slice(0, pageSize);
  const numbers = await liveNumbers(
    tx,
    shown.map((row) => row.id),
  );
  return {
    rows: shown.map((row) => ({ ...row, numbers: numbers.of(row.id) })),
    next: rows.length > pageSize ? (shown.at(-1)?.id ?? null) : null,
  };
}

export type Campaign = {
  id: string;
  name: string;
  type: CampaignType;
  status: CampaignStatus;
  /** Hand it back with every edit. */
  version: number;
  archived: boolean;
  pauseReason: string | null;
  createdAt: Date;
  /** When it is to be launched; null unless it is scheduled or was. */
  startsAt: Date | null;
  /** When it ends by itself; null when it does not. */
  endsAt: Date | null;
  /** It takes people in until it is ended. */
  goesOn: boolean;
  launchedAt: Date | null;
  completedAt: Date | null;
  audience: Audience;
  settings: CampaignSettings;
  /** What brings contacts into a triggered campaign; of others none. */
  triggers: CampaignTrigger[];
  goals: CampaignGoal[];
  steps: Step[];
  flow: { main: Flow; strays: Flow[] };
  /** How it repeats, or did; null when it never has. */
  series: Series | null;
  /** The campaign that it is a repeat of. */
  origin: Origin | null;
  /** How many of its times have come, over all series. */
  occurrences: number;
  /** Of a draft. */
  history: History;
  /** What is wrong with the steps. The launch checks look further. */
  problems: Problem[];
  /** By step id, once launched: how many people have yet to leave the step, and how many of them stand there now. */
  ahead: Record<string, number>;
  here: Record<string, number>;
};

type Row = Omit<
  Campaign,
  | "triggers"
  | "goals"
  | "steps"
  | "flow"
  | "series"
  | "origin"
  | "occurrences"
  | "history"
  | "problems"
  | "ahead"
  | "here"
  | "audience"
  | "settings"
> & {
  audience: unknown;
  settings: CampaignSettings;
};

/** Throws `not_found`. */
export async function getCampaign(tx: TenantTx, id: string): Promise<Campaign> {
  const [row] = await tx.execute<Row>(sql`
    select c.id, c.name, c.campaign_type as type, c.status, c.version, c.archived_at is not null as archived,
      c.pause_reason as "pauseReason", c.created_at as "createdAt", c.start_date as "startsAt", c.end_date as "endsAt",
      c.campaign_type = 'triggered' or c.auto_enroll as "goesOn", c.launched_at as "launchedAt",
      c.completed_at as "completedAt", c.audience,
      json_build_object('sendWindowStart', left(s.send_window_start::text, 5), 'sendWindowEnd', left(s.send_window_end::text, 5),
        'sendDays', s.send_days, 'timezone', s.timezone, 'dailyLimit', s.daily_limit,
        'delayBetweenEmailsSeconds', s.delay_between_emails_seconds, 'noLimits', s.no_limits,
        'emailAccountId', c.email_account_id, 'rotationPoolId', c.rotation_pool_id, 'timezoneMode', s.timezone_mode,
        'optimizeSendTime', s.optimize_send_time, 'priority', c.priority, 'fromName', c.from_name, 'fromEmail', c.from_email,
        'replyToEmail', c.reply_to_email, 'trackOpens', c.track_opens, 'trackClicks', c.track_clicks,
        'plainTextOnly', c.plain_text_only, 'utm', c.utm,
        'replyStops', c.reply_stops, 'replyReach', s.reply_reach, 'stopCompanyOnReply', s.stop_company_on_reply,
        'stopOnAutoReply', s.stop_on_auto_reply, 'snoozeOnAutoReply', s.snooze_on_auto_reply) as settings
    from campaigns c join campaign_settings s on s.campaign_id = c.id
    where c.id = ${id}::uuid and c.deleted_at is null`);
  if (!row) throw new AppError("not_found", "There is no such campaign.");
  const steps = await loadSteps(tx, id);
  const here = row.launchedAt ? await countHere(tx, id, steps) : {};
  return {
    ...row,
    ...(await loadLineage(tx, id)),
    audience: audienceShape.safeParse(row.audience).data ?? nobody,
    triggers: row.type === "triggered" ? await listTriggers(tx, id) : [],
    goals: await listGoals(tx, id),
    steps,
    flow: flowOf(steps),
    history: row.status === "draft" ? await loadHistory(tx, id) : { undo: null, redo: null },
    problems: stepProblems(steps, liquidProblem),
    ahead: countAhead(steps, here),
    here,
  };
}

async function countHere(tx: TenantTx, id: string, steps: readonly Step[]): Promise<Record<string, number>> {
  const places = await tx.execute<{ step: string; count: number }>(sql`
    select current_step_id as step, count(*)::int as count from campaign_contacts
    where campaign_id = ${id}::uuid and status in ('enrolled', 'active', 'paused') group by current_step_id`);
  const here = Object.fromEntries(steps.map((step) => [step.id, 0]));
  for (const { step, count } of places) if (step in here) here[step] = count;
  return here;
}

function countAhead(steps: readonly Step[], here: Record<string, number>): Record<string, number> {
  const ahead = Object.fromEntries(Object.keys(here).map((id) => [id, 0]));
  for (const [step, count] of Object.entries(here)) {
    for (const reached of reachableFrom(steps, step)) ahead[reached] = (ahead[reached] ?? 0) + count;
  }
  return ahead;
}

export type Sender = {
  id: string;
  email: string;
  displayName: string | null;
  status: string;
  sandbox: boolean;
  isDefault: boolean;
};

/** The mailboxes a campaign can send from, the default first. */
export async function listSenders(tx: TenantTx): Promise<Sender[]> {
  const rows = await tx.execute<Sender>(sql`
    select id, email, display_name as "displayName", status, provider = 'sandbox' as sandbox, is_default as "isDefault"
    from email_accounts order by is_default desc, email`);
  return [...rows];
}

/** The campaigns whose links another one can listen to, the newest first. */
export async function listLinkSources(tx: TenantTx): Promise<{ id: string; name: string }[]> {
  return [
    ...(await tx.execute<{ id: string; name: string }>(sql`
      select id, name from campaigns where deleted_at is null and archived_at is null order by id desc limit ${namesHeld + 1}`)),
  ];
}

export type TemplateChoice = {
  id: string;
  name: string;
  subject: string;
  previewText: string | null;
  text: string | null;
  html: string;
  version: number;
  /** As it is now. */
  approved: boolean;
};

/** The templates a step can start from. */
export async function listTemplateChoices(tx: TenantTx): Promise<TemplateChoice[]> {
  const rows = await tx.execute<TemplateChoice>(sql`
    select t.id, t.name, t.version, t.subject, t.preview_text as "previewText", t.html, t.text, ${isApproved} as approved
    from templates t where t.deleted_at is null and t.status <> 'archived' order by t.name limit 200`);
  return [...rows];
}
