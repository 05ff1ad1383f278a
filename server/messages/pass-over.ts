import type { TenantTx } from "#db/tenancy";
import type { DriverEvent } from "#server/drivers/events";
import { cancelDrafts } from "#server/drafts/standing";
import { duesOf, planMoves, wakeSteps } from "#server/enrollments/advance";
import { applyMoves } from "#server/enrollments/moves";
import type { StepContext } from "#server/enrollments/slice";
import { cancelMessages } from "./slots.ts";

/** Somebody at an email step, by their enrollment; the message that is written for them, if one is; since when they are on their way again (epoch ms). */
export type PassedOver = { id: string; message: string | null; at: number };

/**
 * Sends people on from an email step without its email: what is written for them is cancelled, drafts too. Before limits
 * are locked.
 */
export async function passOver(
  tx: TenantTx,
  { scope, graph, step }: StepContext,
  { people, outcome }: { people: readonly PassedOver[]; outcome: string },
): Promise<{ acted: number; events: DriverEvent[] }> {
  const plan = planMoves(
    graph,
    step,
    people.map(({ id, at }) => ({ enrollmentId: id, outcome, edge: "next" as const, at })),
  );
  const events = await wakeSteps(tx, { scope, graph, dues: duesOf(plan) });
  await cancelMessages(
    tx,
    people.flatMap(({ message }) => (message === null ? [] : [{ id: message, reason: "skipped" }])),
  );
  const { moved } = await applyMoves(tx, plan);
  await cancelDrafts(
    tx,
    people.map(({ id }) => id),
  );
  return { acted: moved, events };
}
