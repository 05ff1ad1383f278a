import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import type { TenantTx } from "#db/tenancy";
import type { GraphStep } from "./graph.ts";
import { createCampaign } from "./mutations.ts";
import type { CampaignType, GuidedInput, GuidedPlan, StepContent } from "./schema.ts";
import { blankContent, contentColumns, contentValues, loadSteps, saveGraph } from "./steps.ts";

const types: Record<GuidedPlan, CampaignType> = {
  one: "broadcast",
  series: "drip",
  follow_up: "drip",
  triggered: "triggered",
};

/**
 * A whole draft from a few answers: so many emails, so many days apart. Follow-ups answer the email before, and nobody
 * who has replied gets them. Throws `invalid` when the workspace has no mailbox.
 */
export async function createGuided(
  tx: TenantTx,
  { name, plan, emails, days, userId }: GuidedInput & { userId: string },
): Promise<{ id: string }> {
  const { id } = await createCampaign(tx, { name, type: types[plan], userId });
  const [first] = await loadSteps(tx, id);
  if (!first || plan === "one") return { id };
  const made = Array.from({ length: emails - 1 }).flatMap((): { id: string; content: StepContent }[] => [
    { id: v7(), content: { type: "wait", wait: { value: days, unit: "days" } } },
    { id: v7(), content: nextEmail(plan) },
  ]);
  const rows = made.map(
    ({ id: stepId, content }, index) =>
      sql`(${stepId}::uuid, ${id}::uuid, ${index + 2}, ${contentValues(content)})`,
  );
  if (rows.length > 0)
    await tx.execute(sql`
      insert into campaign_steps (id, campaign_id, step_order, ${contentColumns}) values ${sql.join(rows, sql`, `)}`);
  const chain: GraphStep[] = [first, ...made.map((step) => blankNode(step.id, step.content))];
  await saveGraph(
    tx,
    id,
    chain.map((step, index) => ({ ...step, next: chain[index + 1]?.id ?? null })),
  );
  return { id };
}

function nextEmail(plan: GuidedPlan): StepContent {
  const blank = blankContent("email");
  return blank.type === "email" ? { ...blank, replyInThread: plan === "follow_up" } : blank;
}

const blankNode = (id: string, { type }: StepContent): GraphStep => ({
  id,
  type,
  actionType: null,
  next: null,
  whenTrue: null,
  whenFalse: null,
});
