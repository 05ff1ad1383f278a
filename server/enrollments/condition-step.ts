import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { clockOfContact } from "#server/contacts/zone";
import { compileRules, type EngagementField } from "#server/segments/compile";
import { ruleContext } from "#server/segments/queries";
import { asksForZones } from "#server/segments/compile-step";
import type { Engagement, Rule, RuleTree } from "#server/segments/schema";
import { happened, settles } from "./engagement.ts";
import { judge } from "./judge.ts";
import { retimeWaiters } from "./retime.ts";
import {
  type DueIds,
  dueIds,
  dueRows,
  holdIncomplete,
  lookUpByKeys,
  onStep,
  type Slice,
  type SliceResult,
} from "./slice.ts";

/** Asks the condition about everybody who is due at it, in one statement, and sends them down its edges. */
export function decideCondition(tx: TenantTx, slice: Slice): Promise<SliceResult> {
  return onStep(tx, slice, async (tx, context) => {
    const { graph, step } = context;
    if (step.retimedUpTo !== null) return retimeWaiters(tx, { ...context, upTo: step.retimedUpTo });
    if (step.rules === null) {
      const rows = await dueRows(tx, slice);
      await holdIncomplete(
        tx,
        rows.map((row) => row.id),
      );
      return { acted: rows.length, events: [] };
    }
    const fresh: SQL[] = [];
    const engagement = (field: EngagementField, which: Engagement) => {
      if (settles(field)) fresh.push(happened(field, which, "lately"));
      return happened(field, which, "settled");
    };
    const due = await dueIds(tx, slice);
    const clocks = namesFields(step.rules, asksForZones) ? await clocksOf(tx, due) : [];
    const asking = { id: step.id, zone: graph.zone, clocks };
    const matches = compileRules(step.rules, {
      ...(await ruleContext(tx, step.rules)),
      engagement,
      step: asking,
    });
    return judge(tx, context, due, {
      matches,
      unsettled: fresh.length > 0 ? sql`(${sql.join(fresh, sql` or `)})` : sql`false`,
      ways: {
        yes: { edge: "true", outcome: "true" },
        no: { edge: "false", outcome: "false" },
        late: { edge: "timeout", outcome: "timeout" },
      },
      reason: "waiting_for_condition",
    });
  });
}

const namesFields = (rules: Rule | RuleTree, asks: (field: string) => boolean): boolean =>
  "rules" in rules ? rules.rules.some((rule) => namesFields(rule, asks)) : asks(rules.field);

/** All clocks that these people live by. */
async function clocksOf(tx: TenantTx, { ids }: DueIds): Promise<string[]> {
  await lookUpByKeys(tx);
  const rows = await tx.execute<{ clock: string }>(sql`
    select distinct ${clockOfContact} as clock from campaign_contacts e join contacts c on c.id = e.contact_id
    where e.id = any(array(select unnest(${ids}::text::uuid[]))) and ${clockOfContact} is not null`);
  return rows.map(({ clock }) => clock);
}
