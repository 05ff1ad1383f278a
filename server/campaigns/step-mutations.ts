import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import type { TenantTx } from "#db/tenancy";
import { abandonTests } from "#server/ab-tests/conclude";
import { dropUnstarted } from "#server/ab-tests/freeze";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import { AppError } from "#server/errors";
import { lockDrivers } from "#server/messages/slots";
import { contentProblems } from "./content-checks.ts";
import { stepsChangeIn, takeForEdit } from "./edits.ts";
import { liquidProblem } from "./liquid-problem.ts";
import { withFork } from "./fork.ts";
import { anchorOf, findCycle, insertStep, isFork, linkEdge, type GraphStep, type Position } from "./graph.ts";
import {
  emailStepsMax,
  stepsMax,
  type StepAdd,
  type StepLink,
  type StepSave,
  type StepsMove,
  type StepsRemove,
} from "./schema.ts";
import { mailboxOf, stepSenderProblems } from "./step-sender.ts";
import { settleEdit } from "./settle-edit.ts";
import { moveSteps, removeSteps } from "./several-steps.ts";
import {
  blankContent,
  contentColumns,
  contentValues,
  forksBy,
  loadSteps,
  saveGraph,
  type Step,
} from "./steps.ts";

const gone = () =>
  new AppError("conflict", "That place in the campaign does not exist any more. Look at the steps again.");

export function stepIn(steps: readonly Step[], id: string): Step {
  const step = steps.find((each) => each.id === id);
  if (!step) throw new AppError("not_found", "There is no such step in this campaign.");
  return step;
}

export function checkPlace(steps: readonly Step[], position: Position) {
  const anchor = anchorOf(position);
  if (anchor !== null && !steps.some((step) => step.id === anchor)) throw gone();
}

/** Throws `limit` when the campaign cannot hold these as well. */
export function checkRoom(steps: readonly Step[], more: readonly Pick<Step, "type">[]) {
  const emails = (some: readonly Pick<Step, "type">[]) => some.filter(({ type }) => type === "email").length;
  if (steps.length + more.length > stepsMax)
    throw new AppError("limit", `A campaign holds ${stepsMax} steps at most.`);
  if (emails(more) > 0 && emails(steps) + emails(more) > emailStepsMax)
    throw new AppError("limit", `A campaign holds ${emailStepsMax} emails at most.`);
}

function refuseCircle(graph: readonly GraphStep[]) {
  if (findCycle(graph)) {
    throw new AppError(
      "invalid",
      "That would lead contacts round in circles. Choose a step that comes later.",
    );
  }
}

/** Events to send after the commit: a campaign that runs hears of its new steps at once. */
export type Edited = { events: DriverEvent[] };
const quietly: Edited = { events: [] };

/**
 * Puts a step in. In a launched campaign, whoever comes by waits there until it is finished.
 * Throws `limit` past 50 steps or 20 emails, `conflict` for a place that is gone.
 */
export async function addStep(
  tx: TenantTx,
  scope: EventScope,
  { type, actionType, position, ...edit }: StepAdd,
): Promise<Edited> {
  const status = await takeForEdit(tx, edit, stepsChangeIn);
  const steps = await loadSteps(tx, edit.id);
  checkRoom(steps, [{ type }]);
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
  if (status === "draft") return quietly;
  return { events: await settleEdit(tx, { scope, campaignId: edit.id, stepIds: [] }) };
}

/**
 * Writes what a step says and does. In a launched campaign it must be complete: contacts who have passed the step keep
 * what they got, those still to come get the new version. `retime` gives those who wait at a wait its new time, counted
 * from when they came; a condition asks those who wait for it again in any case.
 * Throws `invalid` for what could not be done or sent.
 */
export async function saveStep(
  tx: TenantTx,
  scope: EventScope,
  { stepId, content, retime, ...edit }: StepSave,
): Promise<Edited> {
  const status = await takeForEdit(tx, edit, stepsChangeIn);
  const launched = status !== "draft";
  const before = await loadSteps(tx, edit.id);
  const step = stepIn(before, stepId);
  if (step.type !== content.type)
    throw new AppError(
      "invalid",
      `This is a step of type ${step.type}, and stays one. Delete it and add another.`,
    );
  if (launched) {
    await lockDrivers(tx, [stepId]);
    if (content.type === "email" && (await dropUnstarted(tx, stepId)))
      throw new AppError(
        "conflict",
        "This email is being tested, and its variants stay as they are until then. Pick a winner or stop the test first.",
      );
  }
  await tx.execute(sql`
    update campaign_steps set (${contentColumns}, updated_at) = row(${contentValues(content)}, app_now())
    where id = ${stepId}::uuid and campaign_id = ${edit.id}::uuid`);
  if (content.type === "wait") await refork(tx, edit.id, before, { stepId, forks: forksBy(content.wait) });
  if (!launched) return quietly;
  const steps = await loadSteps(tx, edit.id);
  const saved = stepIn(steps, stepId);
  const broken = [
    ...contentProblems(saved, saved.number - 1, steps, liquidProblem).map(([, message]) => message),
    ...stepSenderProblems(steps, await mailboxOf(tx, edit.id)).flatMap((problem) =>
      problem.stepId === stepId ? problem.message : [],
    ),
  ];
  if (broken.length > 0) throw new AppError("invalid", broken.join(" "));
  const switched = (saved.review === null) !== (step.review === null);
  const again = switched || content.type === "condition" || (content.type === "wait" && retime);
  return {
    events: await settleEdit(tx, { scope, campaignId: edit.id, stepIds: [stepId], retime: again }),
  };
}

/** A wait that gets a branch of its own for those whose time is up, or loses it. */
async function refork(
  tx: TenantTx,
  campaignId: string,
  steps: readonly Step[],
  { stepId, forks }: { stepId: string; forks: boolean },
): Promise<void> {
  if (isFork(stepIn(steps, stepId)) === forks) return;
  const graph = withFork(steps, stepId, forks);
  if (!graph)
    throw new AppError(
      "invalid",
      "The two branches of this wait lead different ways: delete the steps of one of them first, or delete the wait.",
    );
  await saveGraph(tx, campaignId, graph);
}

/**
 * In a launched campaign, who has passed the steps' new place does not come by them any more.
 * Throws `invalid` for several that end the way.
 */
export async function relocateSteps(
  tx: TenantTx,
  scope: EventScope,
  { stepIds, position, ...edit }: StepsMove,
): Promise<Edited> {
  const status = await takeForEdit(tx, edit, stepsChangeIn);
  const steps = await loadSteps(tx, edit.id);
  for (const stepId of stepIds) stepIn(steps, stepId);
  checkPlace(steps, position);
  const moved = moveSteps(steps, stepIds, position);
  if (!moved)
    throw new AppError(
      "invalid",
      "Two of these steps end the way, and what stands behind the first would never be reached. Move one of them at a time.",
    );
  refuseCircle(moved);
  await saveGraph(tx, edit.id, moved);
  if (status === "draft") return quietly;
  return { events: await settleEdit(tx, { scope, campaignId: edit.id, stepIds: [] }) };
}

/**
 * Takes steps out. In a launched campaign, who stands there goes on with the next step of their way that is left, and
 * what is queued for them from it is cancelled.
 * Throws `invalid` on `keep` when a condition's branches differ and nobody said which one stays.
 */
export async function deleteSteps(
  tx: TenantTx,
  scope: EventScope,
  { stepIds, keep, ...edit }: StepsRemove,
): Promise<Edited> {
  const status = await takeForEdit(tx, edit, stepsChangeIn);
  const steps = await loadSteps(tx, edit.id);
  for (const stepId of stepIds) stepIn(steps, stepId);
  const { graph, onward, undecided } = removeSteps(steps, stepIds, keep);
  const [open] = undecided;
  if (open) {
    const message = `The branches of step ${stepIn(steps, open).number} differ: say which one stays.`;
    throw new AppError("invalid", message, { keep: message });
  }
  if (status === "draft") {
    await saveGraph(tx, edit.id, graph);
    return quietly;
  }
  if (graph.length === 0)
    throw new AppError(
      "invalid",
      "A campaign that was launched keeps at least one step. Pause it if nobody should go on.",
    );
  const removed = [...onward.keys()];
  await lockDrivers(tx, removed);
  await abandonTests(tx, { campaignId: edit.id, stepIds: removed }, "stopped");
  await saveGraph(tx, edit.id, graph, onward);
  return { events: await settleEdit(tx, { scope, campaignId: edit.id, stepIds: removed }) };
}

/** Throws `invalid` for an edge the step does not have, or one that would close a circle. */
export async function linkStep(
  tx: TenantTx,
  scope: EventScope,
  { stepId, edge, to, ...edit }: StepLink,
): Promise<Edited> {
  const status = await takeForEdit(tx, edit, stepsChangeIn);
  const steps = await loadSteps(tx, edit.id);
  const step = stepIn(steps, stepId);
  if (isFork(step) !== (edge !== "next")) {
    throw new AppError(
      "invalid",
      isFork(step)
        ? "This step has two ways on: say which one."
        : "This step has one way on, not two branches.",
    );
  }
  if (to !== null && !steps.some((each) => each.id === to)) throw gone();
  const linked = linkEdge(steps, stepId, edge, to);
  refuseCircle(linked);
  await saveGraph(tx, edit.id, linked);
  if (status === "draft") return quietly;
  return { events: await settleEdit(tx, { scope, campaignId: edit.id, stepIds: [] }) };
}
