import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { recordCampaignAct } from "#server/campaigns/acts";
import { type DriverEvent, type EventScope, stepDueEvent } from "#server/drivers/events";
import { wakeNow } from "#server/drivers/mutations";
import { dueStep } from "#server/enrollments/advance";
import { loadGraph } from "#server/enrollments/steps";
import { AppError } from "#server/errors";
import { lockDrivers } from "#server/messages/slots";
import { concludeTest } from "./conclude.ts";
import { extendTest } from "./drive.ts";
import { lockTest, type Test } from "./queries.ts";

type Acting = { id: string; userId: string };
type Changed = { events: DriverEvent[] };

/**
 * Sends a variant to everybody who has not been mailed, whatever the numbers say. Send the events after the commit.
 * @throws AppError not_found; invalid for a variant of another test; conflict when it is decided already
 */
export async function pickWinner(
  tx: TenantTx,
  { id, userId, variantId }: Acting & { variantId: string },
): Promise<Changed> {
  const { test, scope } = await takeTest(tx, id);
  if (!test.variants.some((variant) => variant.id === variantId))
    throw new AppError("invalid", "This variant is not one of the test's. Reload, and choose again.");
  await concludeTest(tx, { test, winnerId: variantId, outcome: "picked", decidedBy: userId });
  return { events: await wakeStep(tx, test, scope) };
}

/** Ends the test without a winner: everybody else gets the email as it stood. Throws like `pickWinner`. */
export async function stopTest(tx: TenantTx, { id, userId }: Acting): Promise<Changed> {
  const { test, scope } = await takeTest(tx, id);
  const control = test.variants.find(({ isControl }) => isControl);
  if (!control) throw new Error(`The test ${id} has no control.`);
  await concludeTest(tx, { test, winnerId: control.id, outcome: "stopped", decidedBy: userId });
  return { events: await wakeStep(tx, test, scope) };
}

/** Gives it as much time again, once. @throws AppError not_found; conflict when it cannot be given any */
export async function extendByHand(tx: TenantTx, { id, userId }: Acting): Promise<void> {
  const { test } = await takeTest(tx, id);
  if (test.status === "extended")
    throw new AppError(
      "conflict",
      "This test has been extended already: pick a winner, or wait for its end.",
    );
  if (test.endsAt === null)
    throw new AppError("conflict", "The sample is still being sent: the time of the test has not begun yet.");
  await extendTest(tx, test);
  await recordCampaignAct(tx, { id: test.campaignId, userId }, "campaign.test_extended", { testId: id });
}

/** Locks what a decision locks, in its order: the campaign, the step's driver, the test. */
async function takeTest(tx: TenantTx, id: string): Promise<{ test: Test; scope: EventScope }> {
  const [place] = await tx.execute<{ campaignId: string; stepId: string }>(sql`
    select campaign_id as "campaignId", step_id as "stepId" from ab_tests where id = ${id}::uuid`);
  if (!place) throw new AppError("not_found", "There is no such test.");
  const [campaign] = await tx.execute<EventScope>(sql`
    select tenant_id as "tenantId", workspace_id as "workspaceId" from campaigns
    where id = ${place.campaignId}::uuid and deleted_at is null for no key update`);
  await lockDrivers(tx, [place.stepId]);
  const test = await lockTest(tx, id);
  if (!campaign || !test) throw new AppError("not_found", "There is no such test.");
  if (test.status !== "running" && test.status !== "extended")
    throw new AppError("conflict", "This test is decided already. Reload to see how.");
  return { test, scope: campaign };
}

async function wakeStep(
  tx: TenantTx,
  { campaignId, stepId }: Test,
  scope: EventScope,
): Promise<DriverEvent[]> {
  const fence = await wakeNow(tx, { table: "step_drivers", id: stepId });
  const graph = await loadGraph(tx, campaignId);
  const step = graph.steps.get(stepId);
  return step && fence !== null ? [stepDueEvent(scope, dueStep(graph, step), fence)] : [];
}
