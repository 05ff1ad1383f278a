import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import type { TenantTx } from "#db/tenancy";
import type { EventScope } from "#server/drivers/events";
import { AppError } from "#server/errors";
import { copiedBlock } from "./copied-block.ts";
import { stepsChangeIn, takeForEdit } from "./edits.ts";
import { type GraphStep, insertBlock } from "./graph.ts";
import type { StepsCopy } from "./schema.ts";
import { settleEdit } from "./settle-edit.ts";
import { checkPlace, checkRoom, type Edited } from "./step-mutations.ts";
import { contentColumns, loadSteps, saveGraph, type Step } from "./steps.ts";

/**
 * Puts copies of steps in, of this campaign or of another one of the workspace, saying what the originals say and linked
 * as they are. A fork alone brings its branches along. In a launched campaign they act for whoever comes by from now on.
 * Throws `limit` past 50 steps or 20 emails, `conflict` for a place that is gone, `not_found` for a step that is.
 */
export async function copySteps(
  tx: TenantTx,
  scope: EventScope,
  { stepIds, from, position, ...edit }: StepsCopy,
): Promise<Edited> {
  const status = await takeForEdit(tx, edit, stepsChangeIn);
  const steps = await loadSteps(tx, edit.id);
  checkPlace(steps, position);
  const source = from === undefined || from === edit.id ? steps : await stepsOf(tx, from);
  const block = copiedBlock(source, stepIds);
  if (block === null) throw gone();
  checkRoom(steps, block);
  const fresh = new Map(block.map((step) => [step.id, v7()]));
  await insertCopies(tx, { campaignId: edit.id, from: from ?? edit.id, fresh, behind: steps.length });
  await renameInside(tx, fresh, { from: from ?? edit.id, to: edit.id });
  await saveGraph(tx, edit.id, insertBlock(steps, renamed(block, fresh), position));
  if (status === "draft") return { events: [] };
  return { events: await settleEdit(tx, { scope, campaignId: edit.id, stepIds: [] }) };
}

const gone = () => new AppError("not_found", "A step to copy does not exist any more. Copy the steps again.");

async function stepsOf(tx: TenantTx, campaignId: string): Promise<Step[]> {
  const there = await tx.execute(
    sql`select from campaigns where id = ${campaignId}::uuid and deleted_at is null`,
  );
  if (there.length === 0) throw gone();
  return loadSteps(tx, campaignId);
}

async function insertCopies(
  tx: TenantTx,
  {
    campaignId,
    from,
    fresh,
    behind,
  }: { campaignId: string; from: string; fresh: ReadonlyMap<string, string>; behind: number },
): Promise<void> {
  const rows = await tx.execute(sql`
    insert into campaign_steps (id, campaign_id, step_order, ${contentColumns})
    select copy.fresh, ${campaignId}::uuid, ${behind} + copy.place, ${contentColumns}
    from unnest(${sql.param([...fresh.keys()])}::uuid[], ${sql.param([...fresh.values()])}::uuid[])
      with ordinality as copy(original, fresh, place)
    join campaign_steps on campaign_steps.id = copy.original and campaign_steps.campaign_id = ${from}::uuid
    returning 1`);
  if (rows.length !== fresh.size) throw gone();
}

/** What the originals say about each other (“opened step 3”), or about their campaign, is said of the copies and theirs. */
async function renameInside(
  tx: TenantTx,
  fresh: ReadonlyMap<string, string>,
  { from, to }: { from: string; to: string },
): Promise<void> {
  const names = new Map([...(fresh.size > 1 ? fresh : []), ...(from === to ? [] : [[from, to] as const])]);
  if (names.size === 0) return;
  const named = (value: string) =>
    [...names].reduce((text, [old, next]) => text.replaceAll(old, next), value);
  const told = await tx.execute<{
    id: string;
    rules: string | null;
    wait: string | null;
    action: string | null;
  }>(sql`
    select id, condition_rules::text as rules, wait_duration::text as wait, action_config::text as action
    from campaign_steps where id = any(${sql.param([...fresh.values()])}::uuid[])`);
  const column = (pick: (row: (typeof told)[number]) => string | null) =>
    sql.param(told.map((row) => (pick(row) === null ? null : named(pick(row) ?? ""))));
  await tx.execute(sql`
    update campaign_steps s set condition_rules = n.rules::jsonb, wait_duration = n.wait::jsonb, action_config = n.action::jsonb
    from unnest(${sql.param(told.map((row) => row.id))}::uuid[], ${column((row) => row.rules)}::text[],
      ${column((row) => row.wait)}::text[], ${column((row) => row.action)}::text[]) as n(id, rules, wait, action)
    where s.id = n.id`);
}

const renamed = (block: readonly GraphStep[], fresh: ReadonlyMap<string, string>): GraphStep[] => {
  const at = (id: string | null) => (id === null ? null : (fresh.get(id) ?? null));
  return block.map((step) => ({
    ...step,
    id: at(step.id) ?? step.id,
    next: at(step.next),
    whenTrue: at(step.whenTrue),
    whenFalse: at(step.whenFalse),
  }));
};
