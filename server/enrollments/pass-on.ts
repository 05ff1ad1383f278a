import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import { cancelDrafts } from "#server/drafts/standing";
import { cancelMessages } from "#server/messages/slots";
import { duesOf, planMoves, wakeSteps } from "./advance.ts";
import { applyMoves } from "./moves.ts";
import type { EngineStep, StepGraph } from "./steps.ts";

type Place = { scope: EventScope; graph: StepGraph; step: EngineStep; limit: number };

/**
 * Sends those on who stand at a step that was deleted while they were there, due or not, by the edge that was left to
 * it. What is queued for them from that step is cancelled; what is being handed over cannot be called back, and stays
 * the last email that they got. Nobody is left behind: who arrives late, by a run that did not know yet, goes on too.
 */
export async function passOn(
  tx: TenantTx,
  { scope, graph, step, limit }: Place,
): Promise<{ acted: number; events: DriverEvent[] }> {
  const rows = await tx.execute<{
    id: string;
    message_id: string | null;
    delivery_status: string | null;
  }>(sql`
    select e.id, e.awaiting_message_id as message_id,
      (select m.delivery_status from content.email_messages m where m.id = e.awaiting_message_id) as delivery_status
    from campaign_contacts e
    where e.tenant_id = ${scope.tenantId}::uuid and e.campaign_id = ${graph.campaignId}::uuid
      and e.current_step_id = ${step.id}::uuid and e.status in ('enrolled', 'active', 'paused')
    order by e.id limit ${limit}`);
  if (rows.length === 0) return { acted: await cancelReturned(tx, { scope, step, limit }), events: [] };
  const at = (await appNow(tx)).getTime();
  const plan = planMoves(
    graph,
    step,
    rows.map((row) => ({
      enrollmentId: row.id,
      outcome: "skipped",
      edge: "next" as const,
      at,
      messageId: hasLeft(row.delivery_status) ? (row.message_id ?? undefined) : undefined,
    })),
  );
  const events = await wakeSteps(tx, { scope, graph, dues: duesOf(plan) });
  const queued = rows.flatMap((row) =>
    row.delivery_status === "queued" || row.delivery_status === "deferred" ? (row.message_id ?? []) : [],
  );
  await cancelMessages(
    tx,
    queued.map((id) => ({ id, reason: "step_removed" })),
  );
  await applyMoves(tx, plan);
  await cancelDrafts(
    tx,
    rows.map(({ id }) => id),
  );
  return { acted: rows.length, events };
}

const hasLeft = (status: string | null) => status === "sending" || status === "unknown";

/** What was being handed over when its contact went on, and was not taken after all, is not tried again. */
async function cancelReturned(tx: TenantTx, { scope, step, limit }: Omit<Place, "graph">): Promise<number> {
  const rows = await tx.execute<{ id: string }>(sql`
    select id from content.email_messages
    where tenant_id = ${scope.tenantId}::uuid and step_id = ${step.id}::uuid and scheduled_for is null
      and delivery_status in ('queued', 'deferred')
    order by id limit ${limit}`);
  await cancelMessages(
    tx,
    rows.map(({ id }) => ({ id, reason: "step_removed" })),
  );
  return rows.length;
}
