import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import type { TenantTx } from "#db/tenancy";
import { freezeVersions } from "#server/enrollments/versions";
import { AppError } from "#server/errors";
import { stepProblems } from "./checks.ts";
import { takeForEdit } from "./edits.ts";
import { liquidProblem } from "./liquid-problem.ts";
import {
  anchorOf,
  findCycle,
  insertStep,
  linkEdge,
  moveStep,
  removeStep,
  type GraphStep,
  type Position,
} from "./graph.ts";
import {
  emailStepsMax,
  stepsMax,
  type StepAdd,
  type StepLink,
  type StepRemove,
  type StepSave,
} from "./schema.ts";
import { blankContent, contentColumns, contentValues, loadSteps, saveGraph, type Step } from "./steps.ts";

const gone = () =>
  new AppError("conflict", "That place in the campaign does not exist any more. Look at the steps again.");

function stepIn(steps: readonly Step[], id: string): Step {
  const step = steps.find((each) => each.id === id);
  if (!step) throw new AppError("not_found", "There is no such step in this campaign.");
  return step;
}

function checkPlace(steps: readonly Step[], position: Position) {
  const anchor = anchorOf(position);
  if (anchor !== null && !steps.some((step) => step.id === anchor)) throw gone();
}

function refuseCircle(graph: readonly GraphStep[]) {
  if (findCycle(graph)) {
    throw new AppError(
      "invalid",
      "That would lead contacts round in circles. Choose a step that comes later.",
    );
  }
}

/** Throws `limit` past 50 steps or 20 emails, `conflict` for a place that is gone. Returns the new step's id. */
export async function addStep(
  tx: TenantTx,
  { type, actionType, position, ...edit }: StepAdd,
): Promise<string> {
  await takeForEdit(tx, edit);
  const steps = await loadSteps(tx, edit.id);
  if (steps.length >= stepsMax) throw new AppError("limit", `A campaign holds ${stepsMax} steps at most.`);
  if (type === "email" && steps.filter((step) => step.type === "email").length >= emailStepsMax) {
    throw new AppError("limit", `A campaign holds ${emailStepsMax} emails at most.`);
  }
  checkPlace(steps, position);
  const id = v7();
  const content = blankContent(type, actionType);
  await tx.execute(sql`
    insert into campaign_steps (id, campaign_id, step_order, ${contentColumns})
    values (${id}::uuid, ${edit.id}::uuid, ${steps.length + 1}, ${contentValues(content)})`);
  const blank = {
    id,
    type,
    actionType: content.type === "action" ? content.action.type : null,
    next: null,
    whenTrue: null,
    whenFalse: null,
  };
  await saveGraph(tx, edit.id, insertStep(steps, blank, position));
  return id;
}

/**
 * Writes what a step says and does. In a launched campaign only the text of an email may change: contacts who have
 * passed the step keep what they got, those still to come get the new version. Throws `invalid` for a text that could
 * not be sent.
 */
export async function saveStep(tx: TenantTx, { stepId, content, ...edit }: StepSave): Promise<void> {
  const status = await takeForEdit(
    tx,
    edit,
    content.type === "email" ? ["draft", "active", "paused"] : ["draft"],
  );
  const step = stepIn(await loadSteps(tx, edit.id), stepId);
  if (step.type !== content.type)
    throw new AppError(
      "invalid",
      `This is a step of type ${step.type}, and stays one. Delete it and add another.`,
    );
  await tx.execute(sql`
    update campaign_steps set (${contentColumns}, updated_at) = row(${contentValues(content)}, app_now())
    where id = ${stepId}::uuid and campaign_id = ${edit.id}::uuid`);
  if (status === "draft") return;
  const broken = stepProblems(await loadSteps(tx, edit.id), liquidProblem).filter(
    (problem) => problem.stepId === stepId,
  );
  if (broken.length > 0) throw new AppError("invalid", broken.map((problem) => problem.message).join(" "));
  await freezeVersions(tx, { campaignId: edit.id, stepId });
}

export async function relocateStep(
  tx: TenantTx,
  { stepId, position, ...edit }: { id: string; version: number; stepId: string; position: Position },
) {
  await takeForEdit(tx, edit);
  const steps = await loadSteps(tx, edit.id);
  stepIn(steps, stepId);
  checkPlace(steps, position);
  const moved = moveStep(steps, stepId, position);
  refuseCircle(moved);
  await saveGraph(tx, edit.id, moved);
}

/** Throws `invalid` on `keep` when a condition's branches differ and nobody said which one stays. */
export async function deleteStep(tx: TenantTx, { stepId, keep, ...edit }: StepRemove) {
  await takeForEdit(tx, edit);
  const steps = await loadSteps(tx, edit.id);
  const step = stepIn(steps, stepId);
  if (step.type === "condition" && step.whenTrue !== step.whenFalse && !keep) {
    const message = "The branches of this condition differ: say which one stays.";
    throw new AppError("invalid", message, { keep: message });
  }
  const { graph } = removeStep(steps, stepId, keep);
  await saveGraph(tx, edit.id, graph);
}

/** Throws `invalid` for an edge the step does not have, or one that would close a circle. */
export async function linkStep(tx: TenantTx, { stepId, edge, to, ...edit }: StepLink) {
  await takeForEdit(tx, edit);
  const steps = await loadSteps(tx, edit.id);
  const step = stepIn(steps, stepId);
  if ((step.type === "condition") !== (edge !== "next")) {
    throw new AppError(
      "invalid",
      "Only a condition has a Yes and a No branch; every other step has one way on.",
    );
  }
  if (to !== null && !steps.some((each) => each.id === to)) throw gone();
  const linked = linkEdge(steps, stepId, edge, to);
  refuseCircle(linked);
  await saveGraph(tx, edit.id, linked);
}
