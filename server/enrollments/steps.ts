import { sql } from "drizzle-orm";
import type { z } from "zod";
import { lifecycleStages } from "#db/schema/contacts";
import type { TenantTx } from "#db/tenancy";
import {
  action,
  type DraftReview,
  draftReview,
  isEventWait,
  settableFields,
  type StepType,
  waitDuration,
  waitRule,
} from "#server/campaigns/schema";
import { AppError } from "#server/errors";
import { waitEnd } from "#server/planner/wait";
import { localText, toLocal } from "#server/planner/zone";
import { type RuleTree, stepRuleTree } from "#server/segments/schema";

const stepAction = action
  .refine((one) => one.type !== "webhook" || one.url !== "")
  .refine((one) => !("campaignId" in one) || one.campaignId !== "")
  .refine((one) => !("tag" in one) || one.tag !== "")
  .refine((one) => !("listId" in one) || one.listId !== "")
  .refine((one) => one.type !== "update_field" || isSettable(one.field, one.value))
  .refine((one) => one.type !== "adjust_score" || one.points !== 0)
  .refine((one) => one.type !== "assign_owner" || one.userIds.length > 0)
  .refine((one) => one.type !== "create_task" || one.title !== "")
  .refine((one) => one.type !== "notify" || one.message !== "")
  .refine((one) => !("to" in one) || one.to === "owner" || one.userId !== "")
  .refine((one) => one.type !== "go_to_step" || one.stepId !== "");
export type StepAction = z.infer<typeof stepAction>;

function isSettable(field: string, value: string): boolean {
  if (field === "lifecycle_stage") return lifecycleStages.some((stage) => stage === value);
  return /^custom\.[a-z0-9_]{1,63}$/.test(field) || settableFields.some(({ name }) => name === field);
}

/** `back` is taken by those whom an action sends back to an earlier step. */
export type Edge = "next" | "true" | "false" | "timeout" | "back";

/** A step as the engine acts on it. What it lacks (a wait without a duration) is null. */
export type EngineStep = {
  id: string;
  order: number;
  type: StepType;
  edges: Record<Edge, string | null>;
  wait: z.infer<typeof waitRule> | null;
  rules: RuleTree | null;
  waitUpTo: z.infer<typeof waitDuration> | null;
  action: StepAction | null;
  /** False for a step that was deleted while the campaign ran: whoever stands there goes on by its `next`. */
  active: boolean;
  /** The time of day (HH:MM, on the campaign's clock) at which an email leaves; null when it leaves as soon as it is its turn. */
  sendTime: string | null;
  /** Whether an email has something to say. */
  written: boolean;
  /** How its emails are looked at one by one before they leave; null when they are not. */
  review: DraftReview | null;
  /** They are, or were at some time. */
  reviewed: boolean;
  /** The contact up to whom those who stand here were gone through after a change; null when nobody is. */
  retimedUpTo: string | null;
};

/**
 * `zone` is the campaign's: waits of days and weeks keep its wall clock. `personal`: it writes to everybody on their own,
 * which waits until a time then go by; `ownWindow`: and its emails keep to the send window on that.
 */
export type StepGraph = {
  campaignId: string;
  zone: string;
  personal: boolean;
  ownWindow: boolean;
  entry: EngineStep | null;
  steps: ReadonlyMap<string, EngineStep>;
};

type Row = {
  id: string;
  step_order: number;
  step_type: StepType;
  next_step_id: string | null;
  true_next_step_id: string | null;
  false_next_step_id: string | null;
  on_timeout_step_id: string | null;
  wait_duration: unknown;
  condition_rules: unknown;
  wait_up_to: unknown;
  action_type: string | null;
  action_config: Record<string, unknown> | null;
  is_active: boolean;
  send_time: string | null;
  written: boolean;
  requires_draft_approval: boolean;
  draft_review: unknown;
  was_reviewed: boolean;
  retimed_up_to: string | null;
  timezone: string;
  personal: boolean;
  own_window: boolean;
};

/** The campaign's steps as they stand now, the deleted ones too. The first active one is where everybody starts. */
export async function loadGraph(tx: TenantTx, campaignId: string): Promise<StepGraph> {
  const rows = await tx.execute<Row>(sql`
    select s.id, s.step_order, s.step_type, s.next_step_id, s.true_next_step_id, s.false_next_step_id,
      s.on_timeout_step_id, s.wait_duration, s.condition_rules, s.wait_up_to, s.action_type, s.action_config,
      s.is_active, left(s.send_time::text, 5) as send_time, s.retimed_up_to, s.requires_draft_approval, s.draft_review, s.was_reviewed, cs.timezone,
      cs.timezone_mode <> 'campaign' as personal, cs.timezone_mode <> 'campaign' and not cs.no_limits as own_window,
      coalesce(btrim(s.email_content), '') <> '' and (s.reply_in_thread or coalesce(btrim(s.subject_line), '') <> '') as written
    from campaign_steps s join campaign_settings cs on cs.campaign_id = s.campaign_id
    where s.campaign_id = ${campaignId}::uuid
    order by s.step_order`);
  const steps = rows.map(engineStep);
  return {
    campaignId,
    zone: rows[0]?.timezone ?? "UTC",
    personal: rows[0]?.personal ?? false,
    ownWindow: rows[0]?.own_window ?? false,
    entry: steps.find((step) => step.active) ?? null,
    steps: new Map(steps.map((step) => [step.id, step])),
  };
}

export function stepOf(graph: StepGraph, stepId: string): EngineStep {
  const step = graph.steps.get(stepId);
  if (!step) throw new AppError("not_found", "The campaign has no such step any more.");
  return step;
}

function engineStep(row: Row): EngineStep {
  const does = readOrNull(
    stepAction,
    row.action_type === null ? null : { ...row.action_config, type: row.action_type },
  );
  return {
    id: row.id,
    order: row.step_order,
    type: row.step_type,
    edges: {
      next: row.next_step_id,
      true: row.true_next_step_id,
      false: row.false_next_step_id,
      timeout: row.on_timeout_step_id,
      back: does?.type === "go_to_step" ? does.stepId : null,
    },
    wait: readOrNull(waitRule, row.wait_duration),
    rules: readOrNull(stepRuleTree, row.condition_rules),
    waitUpTo: readOrNull(waitDuration, row.wait_up_to),
    action: does,
    active: row.is_active,
    sendTime: row.send_time,
    written: row.written,
    review: row.requires_draft_approval ? (readOrNull(draftReview, row.draft_review) ?? reviewUsual) : null,
    reviewed: row.requires_draft_approval || row.was_reviewed,
    retimedUpTo: row.retimed_up_to,
  };
}

// The launch checks refuse a campaign with an unreadable step; one that slipped through holds its contacts there.
function readOrNull<T>(schema: z.ZodType<T>, stored: unknown): T | null {
  const parsed = schema.safeParse(stored);
  return parsed.success ? parsed.data : null;
}

const reviewUsual: DraftReview = { days: 14, otherwise: "skip", instructions: "", unreviewed: false };

/** `local` is null where the step has yet to look whose clock counts. */
export type StepDue = { at: number; local: string | null };

/** Waits until a time of day, a weekday or a date end on the clock of whoever waits, where the campaign goes by that. */
export const waitsOnOwnClock = ({ personal }: Pick<StepGraph, "personal">, { wait }: EngineStep): boolean =>
  personal && wait !== null && "until" in wait && !isEventWait(wait);

/**
 * When a step falls due for somebody who reaches it at `at` (epoch ms); null when it is incomplete. A wait on their own
 * clock is due at once: it looks whose clock that is.
 */
export function stepDue(graph: StepGraph, step: EngineStep, at: number): StepDue | null {
  return step.active && waitsOnOwnClock(graph, step) ? { at, local: null } : dueAt(step, graph.zone, at);
}

/** When a step falls due on the clock of a zone for somebody who reaches it at `at`; null when it is incomplete. */
export function dueAt(step: EngineStep, zone: string, at: number): { at: number; local: string } | null {
  if (step.type !== "wait" || !step.active) return { at, local: localText(toLocal(zone, at)) };
  if (step.wait === null) return null;
  // Whether it has happened already is asked first.
  return isEventWait(step.wait) ? { at, local: localText(toLocal(zone, at)) } : waitEnd(zone, at, step.wait);
}

/** The end of a condition's "wait up to" or of a wait for an event; null when it is decided at once. */
export function waitsUntil(step: EngineStep, zone: string, enteredAt: number): number | null {
  const upTo = step.wait && isEventWait(step.wait) ? step.wait.timeout : step.waitUpTo;
  return upTo === null ? null : waitEnd(zone, enteredAt, upTo).at;
}
