import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { applyChange } from "#server/contact-edits/apply";
import { contactChange, type ContactChange } from "#server/contact-edits/schema";
import { AppError } from "#server/errors";
import { advance } from "./advance.ts";
import { actOnCampaign } from "./campaign-actions.ts";
import { exitEnrollments } from "./exits.ts";
import { skipRepeated } from "./repeated.ts";
import { dueRows, holdIncomplete, onStep, type Slice, type SliceResult } from "./slice.ts";
import type { StepAction } from "./steps.ts";
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
    if (step.action?.type === "webhook") return prepareCalls(tx, context, step.action);
    if (step.action && "campaignId" in step.action) return actOnCampaign(tx, context, step.action);
    const ids = (await dueRows(tx, slice)).map((row) => row.id);
    const { action } = step;
    if (action?.type === "exit") {
      await exitEnrollments(
        tx,
        ids.map((enrollmentId) => ({ enrollmentId, reason: "action_exit" })),
      );
      return { acted: ids.length, events: [] };
    }
    const done =
      action !== null && (await act(tx, { action, enrollmentIds: ids, campaignId: graph.campaignId }));
    if (!done) await holdIncomplete(tx, ids);
    // Who was unsubscribed has left the campaign by that.
    if (!done || action.type === "unsubscribe") return { acted: ids.length, events: [] };
    const now = (await appNow(tx)).getTime();
    const moves = ids.map((enrollmentId) => ({
      enrollmentId,
      outcome: "acted",
      edge: "next" as const,
      at: now,
    }));
    const { events } = await advance(tx, { scope, graph, step, moves });
    return { acted: ids.length, events };
  });
}

type ChangingAction = Exclude<StepAction, { type: "exit" | "webhook" } | { campaignId: string }>;
type Act = { action: ChangingAction; enrollmentIds: readonly string[]; campaignId: string };

/** False when it cannot be done as it is set up; then nothing was. */
async function act(tx: TenantTx, { action, enrollmentIds, campaignId }: Act): Promise<boolean> {
  if (enrollmentIds.length === 0) return true;
  const people = await tx.execute<{ id: string }>(sql`
    select distinct contact_id as id from campaign_contacts
    where id = any(${sql.param(enrollmentIds)}::uuid[]) and contact_id is not null`);
  const ids = people.map(({ id }) => id);
  const change = contactChange.safeParse(changeOf(action));
  if (!change.success) return false;
  try {
    await applyChange(tx, change.data, { ids, actorId: null, campaignId });
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

function changeOf(action: ChangingAction): { action: ContactChange["action"]; [name: string]: string } {
  switch (action.type) {
    case "add_tag":
      return { action: "tag", tag: action.tag };
    case "remove_tag":
      return { action: "untag", tag: action.tag };
    case "add_to_list":
    case "remove_from_list":
      return { action: action.type, listId: action.listId };
    case "update_field":
      return action.field === "lifecycle_stage"
        ? { action: "set_stage", stage: action.value }
        : { action: "set_field", field: action.field, value: action.value };
    case "unsubscribe":
      return { action: "unsubscribe" };
  }
}
