import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { type DriverEvent, type EventScope, stepDueEvent } from "#server/drivers/events";
import { wakeNow } from "#server/drivers/mutations";
import { dueStep } from "#server/enrollments/advance";
import { nobodyYet } from "#server/enrollments/retime";
import { reconsiderIncomplete } from "#server/enrollments/slice";
import { loadGraph } from "#server/enrollments/steps";
import { freezeVersions } from "#server/enrollments/versions";

type Edited = {
  scope: EventScope;
  campaignId: string;
  /** Steps whose contacts are to be looked at again: deleted, or saying something else now. */
  stepIds: readonly string[];
  /** Those who stand at them are gone through: for new times, or because their email is reviewed from now on, or no more. */
  retime?: boolean;
};

/**
 * What a change of a running campaign's steps brings about: new steps get a driver, what steps say now is frozen as a
 * new version, contacts held at an incomplete step are looked at again, and the steps that changed are woken. Who has
 * passed a step keeps what it did to them. Send the events after the commit.
 */
export async function settleEdit(
  tx: TenantTx,
  { scope, campaignId, stepIds, retime = false }: Edited,
): Promise<DriverEvent[]> {
  await tx.execute(sql`
    insert into step_drivers (campaign_id, step_id)
    select campaign_id, id from campaign_steps where campaign_id = ${campaignId}::uuid and is_active
    on conflict (tenant_id, step_id) do nothing`);
  await freezeVersions(tx, { campaignId });
  if (retime) {
    await tx.execute(sql`update campaign_steps set retimed_up_to = ${nobodyYet}::uuid
      where id = any(${sql.param(stepIds)}::uuid[])`);
  }
  const graph = await loadGraph(tx, campaignId);
  const events: DriverEvent[] = [];
  const placeOf = (stepId: string) => graph.steps.get(stepId)?.order ?? 0;
  for (const stepId of [...stepIds].sort((a, b) => placeOf(a) - placeOf(b))) {
    const step = graph.steps.get(stepId);
    const fence = await wakeNow(tx, { table: "step_drivers", id: stepId });
    if (step && fence !== null) events.push(stepDueEvent(scope, dueStep(graph, step), fence));
  }
  for (const stepId of stepIds) await reconsiderIncomplete(tx, graph, stepId);
  return events;
}
