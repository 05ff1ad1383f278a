import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { EventWait } from "#server/campaigns/schema";
import type { DriverEvent } from "#server/drivers/events";
import { compileRules } from "#server/segments/compile";
import { ruleContext } from "#server/segments/queries";
import { ruleTree } from "#server/segments/schema";
import { happened, settles } from "./engagement.ts";
import { judge } from "./judge.ts";
import { dueIds, dueRows, holdIncomplete, type StepContext } from "./slice.ts";

/**
 * Sends those on for whom the event has come, and those whose time is up; the others wait, woken by the event itself or
 * by their time. An email's event counts whenever it came, a custom one from when they came to the step.
 */
export async function releaseOnEvent(
  tx: TenantTx,
  context: StepContext,
  wait: EventWait,
): Promise<{ acted: number; ended?: number; events: DriverEvent[] }> {
  const { event } = wait;
  const asks = event === "field_value" ? await askedOfField(tx, wait) : asked({ ...wait, event });
  if (asks === null) {
    const rows = await dueRows(tx, context);
    await holdIncomplete(
      tx,
      rows.map((row) => row.id),
    );
    return { acted: rows.length, events: [] };
  }
  const { matches, unsettled } = asks;
  const forks = wait.onTimeout === "branch";
  return judge(tx, context, await dueIds(tx, context), {
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

type Asks = { matches: SQL; unsettled: SQL };

/** Null for a field that there is none of. */
async function askedOfField(tx: TenantTx, { field, value }: EventWait): Promise<Asks | null> {
  const rule = value ? { field, operator: "equals", value } : { field, operator: "is_set" };
  const rules = ruleTree.safeParse({ version: 1, match: "all", rules: [rule] });
  if (!rules.success) return null;
  const matches = compileRules(rules.data, await ruleContext(tx, rules.data));
  return { matches, unsettled: sql`false` };
}

type OfMailOrEvent = Omit<EventWait, "event"> & { event: Exclude<EventWait["event"], "field_value"> };

function asked({ event, name, stepId, urlContains }: OfMailOrEvent): Asks {
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
