import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import type { TenantTx } from "#db/tenancy";
import type { EventScope } from "#server/drivers/events";
import { AppError } from "#server/errors";
import { stepsChangeIn, takeForEdit } from "./edits.ts";
import { blockOf, type GraphStep, insertBlock } from "./graph.ts";
import type { StepCopy } from "./schema.ts";
import { settleEdit } from "./settle-edit.ts";
import { checkPlace, checkRoom, type Edited, stepIn } from "./step-mutations.ts";
import { contentColumns, loadSteps, saveGraph, type Step } from "./steps.ts";

/**
 * Puts a copy of a step in, of a fork with its branches, saying what the original says. In a launched campaign it acts
 * for whoever comes by from now on. Throws `limit` past 50 steps or 20 emails, `conflict` for a place that is gone.
 */
export async function copyStep(
  tx: TenantTx,
  scope: EventScope,
  { stepId, position, ...edit }: StepCopy,
): Promise<Edited> {
  const status = await takeForEdit(tx, edit, stepsChangeIn);
  const steps = await loadSteps(tx, edit.id);
  stepIn(steps, stepId);
  checkPlace(steps, position);
  const { ids } = blockOf(steps, stepId);
  const originals = steps.filter((step) => ids.has(step.id));
  checkRoom(steps, originals);
  const fresh = new Map(originals.map((step) => [step.id, v7()]));
  await insertCopies(tx, { campaignId: edit.id, fresh, from: steps.length });
  await renameInside(tx, originals, fresh);
  await saveGraph(tx, edit.id, insertBlock(steps, copiesOf(originals, stepId, fresh), position));
  if (status === "draft") return { events: [] };
  return { events: await settleEdit(tx, { scope, campaignId: edit.id, stepIds: [] }) };
}

async function insertCopies(
  tx: TenantTx,
  { campaignId, fresh, from }: { campaignId: string; fresh: ReadonlyMap<string, string>; from: number },
): Promise<void> {
  const rows = await tx.execute(sql`
    insert into campaign_steps (id, campaign_id, step_order, ${contentColumns})
    select copy.fresh, ${campaignId}::uuid, ${from} + copy.place, ${contentColumns}
    from unnest(${sql.param([...fresh.keys()])}::uuid[], ${sql.param([...fresh.values()])}::uuid[])
      with ordinality as copy(original, fresh, place)
    join campaign_steps on campaign_steps.id = copy.original and campaign_steps.campaign_id = ${campaignId}::uuid
    returning 1`);
  if (rows.length !== fresh.size)
    throw new AppError("conflict", "A step to copy does not exist any more. Look at the steps again.");
}

/** What a copied branch says about its own steps (“opened step 3”) is said of the copies. */
async function renameInside(
  tx: TenantTx,
  originals: readonly Step[],
  fresh: ReadonlyMap<string, string>,
): Promise<void> {
  const [only] = originals;
  if (!only || originals.length === 1) return;
  const renamed = (value: string) =>
    [...fresh].reduce((text, [old, next]) => text.replaceAll(old, next), value);
  const told = await tx.execute<{
    id: string;
    rules: string | null;
    wait: string | null;
    action: string | null;
  }>(sql`
    select id, condition_rules::text as rules, wait_duration::text as wait, action_config::text as action
    from campaign_steps where id = any(${sql.param([...fresh.values()])}::uuid[])`);
  const column = (pick: (row: (typeof told)[number]) => string | null) =>
    sql.param(told.map((row) => (pick(row) === null ? null : renamed(pick(row) ?? ""))));
  await tx.execute(sql`
    update campaign_steps s set condition_rules = n.rules::jsonb, wait_duration = n.wait::jsonb, action_config = n.action::jsonb
    from unnest(${sql.param(told.map((row) => row.id))}::uuid[], ${column((row) => row.rules)}::text[],
      ${column((row) => row.wait)}::text[], ${column((row) => row.action)}::text[]) as n(id, rules, wait, action)
    where s.id = n.id`);
}

/** The original first: the way comes in there. Edges that leave the block are open. */
function copiesOf(
  originals: readonly Step[],
  first: string,
  fresh: ReadonlyMap<string, string>,
): GraphStep[] {
  const at = (id: string | null) => (id === null ? null : (fresh.get(id) ?? null));
  return originals
    .toSorted((a, b) => Number(b.id === first) - Number(a.id === first))
    .map((step) => ({
      ...step,
      id: at(step.id) ?? step.id,
      next: at(step.next),
      whenTrue: at(step.whenTrue),
      whenFalse: at(step.whenFalse),
    }));
}
