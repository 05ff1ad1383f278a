import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { applyChange } from "#server/contact-edits/apply";
import { contactChange, type ContactChange } from "#server/contact-edits/schema";
import type { DriverEvent } from "#server/drivers/events";
import { AppError } from "#server/errors";
import { adjustScores } from "#server/scoring/adjust";
import { advance } from "./advance.ts";
import { actOnCampaign } from "./campaign-actions.ts";
import { exitEnrollments } from "./exits.ts";
import { skipRepeated } from "./repeated.ts";
import { sendBack } from "./send-back.ts";
import { dueRows, holdIncomplete, onStep, type Slice, type SliceResult, type StepContext } from "./slice.ts";
import { snoozeFor } from "./snooze.ts";
import type { StepAction } from "./steps.ts";
import { actForTeam } from "./team-actions.ts";
import { prepareCalls } from "./webhook-step.ts";

/**
 * Acts on everybody who is due, and moves them on in the same transaction: whatever dies in between, the action
 * happens exactly once per visit. What cannot be done, as with a list that is gone, holds them until it is mended.
 */
export function performActions(tx: TenantTx, slice: Slice): Promise<SliceResult> {
  return onStep(tx, slice, async (tx, context) => {
    const { scope, graph, step } = context;
    const repeated = await skipRepeated(tx, context);
    // Those behind them are looked at in a slice of their own.
    if (repeated.acted > 0) return { ...repeated, acted: slice.limit };
    const { action } = step;
    if (action?.type === "webhook") return prepareCalls(tx, context, action);
    if (action?.type === "go_to_step") return sendBack(tx, context, action);
    if (action && "campaignId" in action) return actOnCampaign(tx, context, action);
    const ids = (await dueRows(tx, slice)).map((row) => row.id);
    if (action?.type === "exit") {
      await exitEnrollments(
        tx,
        ids.map((enrollmentId) => ({ enrollmentId, reason: "action_exit" })),
      );
      return { acted: ids.length, events: [] };
    }
    const woken = action === null ? null : await act(tx, { scope, graph, step, action, enrollmentIds: ids });
    if (woken === null) await holdIncomplete(tx, ids);
    // Who was unsubscribed has left the campaign by that.
    if (woken === null || action?.type === "unsubscribe") return { acted: ids.length, events: woken ?? [] };
    const now = (await appNow(tx)).getTime();
    const moves = ids.map((enrollmentId) => ({
      enrollmentId,
      outcome: "acted",
      edge: "next" as const,
      at: now,
    }));
    const { events } = await advance(tx, { scope, graph, step, moves });
    return { acted: ids.length, events: [...woken, ...events] };
  });
}

type PersonAction = Exclude<StepAction, { type: "exit" | "webhook" | "go_to_step" } | { campaignId: string }>;
type Act = Pick<StepContext, "scope" | "graph" | "step"> & {
  action: PersonAction;
  enrollmentIds: readonly string[];
};

/** What is to be sent after the commit; null when it cannot be done as it is set up, and then nothing was. */
async function act(tx: TenantTx, { action, enrollmentIds, ...context }: Act): Promise<DriverEvent[] | null> {
  if (enrollmentIds.length === 0) return [];
  const people = await tx.execute<{ id: string }>(sql`
    select distinct contact_id as id from campaign_contacts
    where id = any(${sql.param(enrollmentIds)}::uuid[]) and contact_id is not null order by 1`);
  const contactIds = people.map(({ id }) => id);
  const { campaignId } = context.graph;
  switch (action.type) {
    case "notify":
    case "create_task":
    case "assign_owner":
      return (await actForTeam(tx, { ...context, action, contactIds })) ? [] : null;
    case "adjust_score":
      return (await adjustScores(tx, { contactIds, points: action.points, campaignId })) ? [] : null;
    case "snooze":
      return snoozeFor(tx, {
        scope: context.scope,
        contactIds,
        days: action.days,
        author: { actorId: null, campaignId },
      });
    default:
      return (await change(tx, { action, contactIds, campaignId })) ? [] : null;
  }
}

type ChangingAction = Exclude<
  PersonAction,
  { type: "notify" | "create_task" | "assign_owner" | "adjust_score" | "snooze" }
>;
type Change = { action: ChangingAction; contactIds: readonly string[]; campaignId: string };

async function change(tx: TenantTx, { action, contactIds, campaignId }: Change): Promise<boolean> {
  const wanted = contactChange.safeParse(changeOf(action));
  if (!wanted.success) return false;
  try {
    await applyChange(tx, wanted.data, { ids: contactIds, actorId: null, campaignId });
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

function changeOf(action: ChangingAction): { action: ContactChange["action"]; [name: string]: unknown } {
  switch (action.type) {
    case "add_tag":
      return { action: "tag", tag: action.tag };
    case "remove_tag":
      return { action: "untag", tag: action.tag };
    case "add_to_list":
    case "remove_from_list":
      return { action: action.type, listId: action.listId };
    case "update_field": {
      const { field, value, onlyIfEmpty } = action;
      return field === "lifecycle_stage"
        ? { action: "set_stage", stage: value, onlyIfNew: onlyIfEmpty }
        : { action: "set_field", field, value, onlyIfEmpty };
    }
    case "unsubscribe":
      return { action: "unsubscribe" };
  }
}
