import { sql, type SQL } from "drizzle-orm";
import { z } from "zod";
import type { TenantTx } from "#db/tenancy";
import { emailTest } from "#server/ab-tests/schema";
import { isGroup, type RuleTree, stepRuleTree } from "#server/segments/schema";
import type { CheckedStep } from "./checks.ts";
import { type GraphStep, isFork } from "./graph.ts";
import { rulesInWords } from "./rule-words.ts";
import {
  action,
  type ActionType,
  attachment,
  blankActions,
  type ConditionType,
  conditionTypes,
  draftReview,
  type StepContent,
  type StepType,
  isEventWait,
  type WaitRule,
  stepSender,
  waitDuration,
  waitRule,
} from "./schema.ts";
import { branchNames, describeStep } from "./titles.ts";

/** A step as pages see it. `number` counts in display order from 1; `headline` and `detail` are for its card. */
export type Step = CheckedStep & {
  number: number;
  title: string;
  headline: string;
  detail: string | null;
  /** Whether there are two ways on, and what they are called. */
  branches: boolean;
  branchNames: { true: string; false: string };
  templateId: string | null;
  /** The version that was copied from it; null when nobody knows. */
  templateVersion: number | null;
};

type Row = {
  id: string;
  step_type: StepType;
  name: string | null;
  template_id: string | null;
  template_version: number | null;
  subject_line: string | null;
  preview_text: string | null;
  email_content: string | null;
  email_text: string | null;
  sender: unknown;
  reply_in_thread: boolean;
  attachments: unknown;
  draft_review: unknown;
  send_time: string | null;
  test: unknown;
  wait_duration: unknown;
  condition_rules: unknown;
  wait_up_to: unknown;
  action_type: string | null;
  action_config: Record<string, unknown> | null;
  next_step_id: string | null;
  true_next_step_id: string | null;
  false_next_step_id: string | null;
  on_timeout_step_id: string | null;
  list_name: string | null;
  campaign: CheckedStep["campaign"];
  custom_field: CheckedStep["customField"];
  members: CheckedStep["members"] | null;
  scoring: boolean | null;
};

/** The steps of a campaign in display order; the first one is where contacts start. */
export async function loadSteps(tx: TenantTx, campaignId: string): Promise<Step[]> {
  const rows = await tx.execute<Row>(sql`
    select s.id, s.step_type, s.name, s.template_id, s.template_version, s.subject_line, s.preview_text, s.email_content, s.email_text, s.sender, s.reply_in_thread, s.attachments, s.draft_review, left(s.send_time::text, 5) as send_time, s.test, s.wait_duration,
      s.condition_rules, s.wait_up_to, s.action_type, s.action_config, s.next_step_id, s.true_next_step_id, s.false_next_step_id,
      s.on_timeout_step_id,
      l.name as list_name,
      case when k.id is not null then json_build_object('id', k.id, 'name', k.name,
        'open', k.status in ('active', 'paused') and k.archived_at is null) end as campaign,
      case when f.id is not null then json_build_object('label', f.label, 'type', f.field_type, 'options', f.options, 'validation', f.validation) end as custom_field,
      case when s.action_type in ('notify', 'create_task', 'assign_owner') then ${namedMembers} end as members,
      case when s.action_type = 'adjust_score' then exists (select from lead_scoring_models where is_active) end as scoring
    from campaign_steps s
      left join segments l on l.id::text = s.action_config ->> 'listId' and l.segment_type = 'static'
      left join campaigns k on k.id::text = s.action_config ->> 'campaignId' and k.deleted_at is null
      left join custom_field_definitions f
        on 'custom.' || f.field_name = coalesce(s.action_config ->> 'field', s.wait_duration ->> 'field') and f.archived_at is null
    where s.campaign_id = ${campaignId}::uuid and s.is_active order by s.step_order`);
  const steps = rows.map(checkedStep);
  const numbers = new Map(steps.map((step, index) => [step.id, index + 1]));
  return steps.map((step, index) => ({
    ...step,
    number: index + 1,
    title: describeStep(step),
    ...cardWords(step, numbers),
    branches: isFork(step),
    branchNames: branchNames(step),
    templateId: rows[index]?.template_id ?? null,
    templateVersion: rows[index]?.template_version ?? null,
  }));
}

/** Of the people whom an action names, those who reach the workspace. */
const namedMembers = sql`(
  select coalesce(json_agg(json_build_object('id', u.id, 'name', u.name) order by u.name, u.id), '[]')
  from users u join tenant_users t on t.user_id = u.id and t.tenant_id = s.tenant_id
    left join workspace_members w on w.user_id = u.id and w.workspace_id = s.workspace_id
  where (w.user_id is not null or t.roles && array['owner', 'admin'])
    and (u.id::text = s.action_config ->> 'userId' or jsonb_exists(s.action_config -> 'userIds', u.id::text)))`;

function checkedStep(row: Row): CheckedStep {
  const wait = waitRule.safeParse(row.wait_duration).data ?? null;
  const does = action.safeParse({ ...row.action_config, type: row.action_type });
  return {
    id: row.id,
    type: row.step_type,
    name: row.name,
    actionType: row.action_type,
    next: row.next_step_id,
    whenTrue: row.true_next_step_id,
    whenFalse: row.step_type === "wait" ? row.on_timeout_step_id : row.false_next_step_id,
    forks: forksBy(wait),
    subjectLine: row.subject_line,
    previewText: row.preview_text,
    emailContent: row.email_content,
    emailText: row.email_text,
    sender: stepSender.safeParse(row.sender).data ?? null,
    replyInThread: row.reply_in_thread,
    attachments: z.array(attachment).safeParse(row.attachments).data ?? [],
    review: draftReview.safeParse(row.draft_review).data ?? null,
    sendTime: row.send_time,
    test: emailTest.safeParse(row.test).data ?? null,
    wait,
    conditionRules: stepRuleTree.safeParse(row.condition_rules).data ?? null,
    waitUpTo: waitDuration.safeParse(row.wait_up_to).data ?? null,
    action: does.success ? does.data : null,
    listName: row.list_name,
    campaign: row.campaign,
    customField: row.custom_field,
    ...(row.members && { members: row.members }),
    ...(row.scoring !== null && { scoring: row.scoring }),
  };
}

/** Whether a wait has a way of its own for those whose time is up. */
export const forksBy = (wait: WaitRule | null): boolean =>
  wait !== null && isEventWait(wait) && wait.onTimeout === "branch";

function cardWords(
  step: CheckedStep,
  numbers: ReadonlyMap<string, number>,
): Pick<Step, "headline" | "detail"> {
  if (step.type === "email") {
    const subject =
      step.subjectLine?.trim() || (step.replyInThread ? "Re: the email before" : "No subject yet");
    return { headline: step.name ?? subject, detail: step.name ? subject : step.previewText || null };
  }
  if (step.type === "condition") {
    const asks = step.conditionRules ? rulesInWords(step.conditionRules, numbers) : "";
    return {
      headline: step.name ?? (asks ? `If ${asks}` : "Condition without a rule"),
      detail: step.name && asks ? `If ${asks}` : null,
    };
  }
  const words = describeStep({ ...step, name: null });
  const spoken = words.charAt(0).toUpperCase() + words.slice(1);
  const back = step.action?.type === "go_to_step" ? numbers.get(step.action.stepId) : undefined;
  const shown =
    step.action?.type === "exit"
      ? "End here"
      : back === undefined
        ? spoken
        : spoken.replace("Go back", `Go back to step ${back}`);
  return { headline: step.name ?? shown, detail: step.name ? shown : null };
}

export function conditionTypeOf(rules: RuleTree): ConditionType {
  const first = rules.rules.find((rule) => !isGroup(rule));
  const field = first && !isGroup(first) ? first.field : "";
  const kind = conditionTypes.find((type) => type === field);
  if (kind) return kind;
  if (field === "tags") return "tag";
  return field === "list" || field === "segment" ? "segment" : "contact_attribute";
}

/** What a new step holds before anybody has written into it. */
export function blankContent(type: StepType, actionType: ActionType = "add_tag"): StepContent {
  switch (type) {
    case "email":
      return {
        type,
        templateId: null,
        templateVersion: null,
        subjectLine: "",
        previewText: "",
        emailText: null,
        emailContent: "",
        sender: null,
        replyInThread: false,
        attachments: [],
        review: null,
        sendTime: null,
        test: null,
      };
    case "wait":
      return { type, wait: { value: 1, unit: "days" } };
    case "condition":
      return {
        type,
        rules: { version: 1, match: "all", rules: [{ field: "email_opened", operator: "is_true" }] },
        waitUpTo: null,
      };
    case "action":
      return { type, action: blankActions[actionType] };
  }
}

/** The columns that hold a step's content, in the order of `contentValues`. */
export const contentColumns = sql`step_type, name, template_id, template_version, subject_line, preview_text, email_content, email_text, sender,
  reply_in_thread, attachments, send_time, test, wait_duration, wait_up_to, condition_type, condition_rules, action_type, action_config,
  requires_draft_approval, draft_review`;

export function contentValues(content: StepContent): SQL {
  const email = content.type === "email" ? content : null;
  const condition = content.type === "condition" ? content : null;
  const does = content.type === "action" ? content.action : null;
  const json = (value: unknown) => sql`${value === null ? null : JSON.stringify(value)}::jsonb`;
  return sql`${content.type}, ${content.name || null}, ${email?.templateId ?? null}::uuid, ${email?.templateVersion ?? null}::int, ${email?.subjectLine ?? null},
    ${email?.previewText ?? null}, ${email?.emailContent ?? null}, ${email?.emailText ?? null}, ${json(email?.sender ?? null)}, ${email?.replyInThread ?? false},
    ${json(email?.attachments ?? [])}, ${email?.sendTime ?? null}::time, ${json(email?.test ?? null)},
    ${json(content.type === "wait" ? content.wait : null)}, ${json(condition?.waitUpTo ?? null)},
    ${condition ? conditionTypeOf(condition.rules) : null}, ${json(condition?.rules ?? null)},
    ${does?.type ?? null}, ${json(does)}, ${email?.review != null}, ${json(email?.review ?? null)}`;
}

/**
 * Writes a changed graph: takes out what is gone, then sets every edge and place in one statement. With `onward`, for
 * a campaign that was launched, what is gone is kept out of sight, and leads those who stand there to the given step.
 */
export async function saveGraph(
  tx: TenantTx,
  campaignId: string,
  graph: readonly GraphStep[],
  onward: ReadonlyMap<string, string | null> | null = null,
): Promise<void> {
  const ids = sql`${sql.param(graph.map((step) => step.id))}::uuid[]`;
  if (onward) await retireSteps(tx, campaignId, onward);
  else
    await tx.execute(
      sql`delete from campaign_steps where campaign_id = ${campaignId}::uuid and id <> all(${ids})`,
    );
  await tx.execute(sql`
    update campaign_steps s
    set step_order = g.place, next_step_id = g.next, true_next_step_id = g.when_true,
      false_next_step_id = case s.step_type when 'wait' then null else g.when_false end,
      on_timeout_step_id = case s.step_type when 'wait' then g.when_false else s.on_timeout_step_id end,
      updated_at = app_now()
    from unnest(${ids}, ${sql.param(graph.map((step) => step.next))}::uuid[],
      ${sql.param(graph.map((step) => step.whenTrue))}::uuid[], ${sql.param(graph.map((step) => step.whenFalse))}::uuid[])
      with ordinality as g(id, next, when_true, when_false, place)
    where s.id = g.id and s.campaign_id = ${campaignId}::uuid`);
}

/** The places of steps that are out of sight begin here: no campaign has as many steps in sight. */
const retiredFrom = 1_000;

async function retireSteps(
  tx: TenantTx,
  campaignId: string,
  onward: ReadonlyMap<string, string | null>,
): Promise<void> {
  await tx.execute(sql`
    update campaign_steps s
    set is_active = false, next_step_id = o.next, true_next_step_id = null, false_next_step_id = null,
      on_timeout_step_id = null, step_order = o.place + (
        select greatest(${retiredFrom}, max(r.step_order)) from campaign_steps r where r.campaign_id = ${campaignId}::uuid),
      updated_at = app_now()
    from unnest(${sql.param([...onward.keys()])}::uuid[], ${sql.param([...onward.values()])}::uuid[])
      with ordinality as o(id, next, place)
    where s.id = o.id and s.campaign_id = ${campaignId}::uuid`);
}
