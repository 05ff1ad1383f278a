import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import type { DriverEvent } from "#server/drivers/events";
import { advance } from "./advance.ts";
import { dueRows, holdIncomplete, type StepContext } from "./slice.ts";
import type { StepAction } from "./steps.ts";

type BackAction = Extract<StepAction, { type: "go_to_step" }>;

/** What the log says of a visit that ended with the way back. */
export const sentBack = "sent_back";

/** Sends those who are due back to an earlier step; who has been sent back often enough goes on with the next one. */
export async function sendBack(
  tx: TenantTx,
  context: StepContext,
  { stepId, timesMax }: BackAction,
): Promise<{ acted: number; events: DriverEvent[] }> {
  const { scope, graph, step } = context;
  const ids = (await dueRows(tx, context)).map((row) => row.id);
  if (!graph.steps.has(stepId) || stepId === step.id) {
    await holdIncomplete(tx, ids);
    return { acted: ids.length, events: [] };
  }
  const rows = await tx.execute<{ id: string; visit: number }>(
    sql`select id, visit from campaign_contacts where id = any(${sql.param(ids)}::uuid[])`,
  );
  const at = (await appNow(tx)).getTime();
  const moves = rows.map(({ id, visit }) =>
    visit <= timesMax
      ? { enrollmentId: id, outcome: sentBack, edge: "back" as const, at }
      : { enrollmentId: id, outcome: "acted", edge: "next" as const, at },
  );
  const { events } = await advance(tx, { scope, graph, step, moves });
  return { acted: ids.length, events };
}
