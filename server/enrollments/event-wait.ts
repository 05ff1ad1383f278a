import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { EventWait } from "#server/campaigns/schema";
import type { DriverEvent } from "#server/drivers/events";
import { happened, settles } from "./engagement.ts";
import { judge } from "./judge.ts";
import type { StepContext } from "./slice.ts";

/**
 * Sends those on for whom the event has come, and those whose time is up; the others wait, woken by the event itself or
 * by their time. An email's event counts whenever it came, a custom one from when they came to the step.
 */
export function releaseOnEvent(
  tx: TenantTx,
  context: StepContext,
  wait: EventWait,
): Promise<{ acted: number; events: DriverEvent[] }> {
  const { matches, unsettled } = asked(wait);
  const forks = wait.onTimeout === "branch";
  return judge(tx, context, {
    matches,
    unsettled,
    ways: {
      yes: { edge: forks ? "true" : "next", outcome: "released" },
      no: { edge: "next", outcome: "released" },
      late: { edge: forks ? "timeout" : "next", outcome: "timeout" },
    },
    reason: "waiting_for_event",
  });
}

function asked({ event, name, stepId, urlContains }: EventWait): { matches: SQL; unsettled: SQL } {
  if (event === "custom_event") {
    const matches = sql`exists (select 1 from custom_events v where v.contact_id = c.id and v.name = ${name.toLowerCase()}
      and v.occurred_at >= coalesce(e.entered_step_at, e.enrolled_at))`;
    return { matches, unsettled: sql`false` };
  }
  const which = {
    ...(stepId ? { stepId } : {}),
    ...(event === "email_clicked" && urlContains ? { urlContains } : {}),
  };
  return {
    matches: happened(event, which, "settled"),
    unsettled: settles(event) ? happened(event, which, "lately") : sql`false`,
  };
}
