import { sql } from "drizzle-orm";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { handOver, holds, takeOver, yieldUntil } from "#server/drivers/mutations";
import { announceChanges } from "#server/segments/announcements";
import { endOfSlice } from "#server/segments/members";
import { calculateScores } from "./calculate.ts";
import { modelContext, modelDriver } from "./mutations.ts";
import { findModel, type ModelDetail } from "./queries.ts";

/** Scores fade with time even when nobody does anything. */
const everyHours = 24;
const leaseSeconds = 300;
const sliceTimeoutMs = 90_000;
/** Contacts that are scored in one transaction. */
const sliceSize = 10_000;

/** Makes this run the one that recalculates a model's scores; its fence, or null when another is at work. */
export async function takeScores(scope: Scope, modelId: string, runId: string): Promise<number | null> {
  return withTenant(scope, (tx) => takeOver(tx, modelDriver(modelId), { runId, leaseSeconds }));
}

/** Ends this run and returns the fence under which the next one goes on; null when it was not this run's to give. */
export async function handOverScores(scope: Scope, modelId: string, fence: number): Promise<number | null> {
  return withTenant(scope, (tx) => handOver(tx, modelDriver(modelId), fence));
}

/**
 * Scores the next some thousand contacts, with the checkpoint in the same transaction, and says in events whose tier
 * changed. Done when all scores are as of the moment that was asked for.
 */
export async function scoreNext(
  scope: Scope,
  modelId: string,
  fence: number,
): Promise<{ done: boolean; changed: number }> {
  const result = await withTenant(
    scope,
    async (tx) => {
      if (!(await holds(tx, modelDriver(modelId), fence, leaseSeconds))) return { done: true, changed: 0 };
      const model = await findModel(tx);
      if (model?.id !== modelId || !model.isActive) return finish(tx, modelId, fence);
      const pass = await currentPass(tx, modelId);
      return pass ? scoreSlice(tx, model, pass) : finish(tx, modelId, fence);
    },
    { statementTimeoutMs: sliceTimeoutMs },
  );
  await announceChanges(scope);
  return result;
}

/** `since` keeps the microseconds that a Date would lose; `after` is the last contact scored. */
type Pass = { since: string; startedAt: Date; after: string | null };

/** The pass at work, unless it was asked for again since; null when the scores are fresh enough. */
async function currentPass(tx: TenantTx, modelId: string): Promise<Pass | null> {
  const [pass] = await tx.execute<Pass>(sql`
    select coalesce(going.since, app_now())::text as since, coalesce(going.since, app_now()) as "startedAt", going.after
    from lead_scoring_models m left join lateral (
      select (m.checkpoint ->> 'since')::timestamptz as since, (m.checkpoint ->> 'after')::uuid as after
      where m.checkpoint is not null
        and (m.refresh_requested_at is null or (m.checkpoint ->> 'since')::timestamptz >= m.refresh_requested_at)
    ) going on true
    where m.id = ${modelId}::uuid and (going.since is not null or m.recalculated_at is null
      or m.recalculated_at < m.refresh_requested_at
      or m.recalculated_at <= app_now() - make_interval(hours => ${everyHours}))`);
  return pass ?? null;
}

async function scoreSlice(
  tx: TenantTx,
  model: ModelDetail,
  { since, startedAt, after }: Pass,
): Promise<{ done: boolean; changed: number }> {
  // The change of scores calls for the segments, once; the statement itself would for every slice.
  await tx.execute(sql`select set_config('app.recalculating', 'on', true)`);
  const upto = await endOfSlice(tx, after, sliceSize);
  const context = { ...(await modelContext(tx, model)), now: startedAt };
  const changed = await calculateScores(tx, { model, context, extent: { after, upto } });
  if (changed > 0) await tx.execute(sql`insert into contact_changes default values`);
  const checkpoint = upto === null ? null : JSON.stringify({ since, after: upto });
  await tx.execute(sql`
    update lead_scoring_models set checkpoint = ${checkpoint}::jsonb,
      recalculated_at = case when ${checkpoint}::jsonb is null then ${since}::timestamptz else recalculated_at end
    where id = ${model.id}::uuid`);
  return { done: false, changed };
}

async function finish(
  tx: TenantTx,
  modelId: string,
  fence: number,
): Promise<{ done: boolean; changed: number }> {
  const [row] = await tx.execute<{ waiting: boolean; next: Date }>(sql`
    select exists (select 1 from contact_announcements where event = 'score.tier_changed') as waiting,
      app_now() + make_interval(hours => ${everyHours}) as next`);
  if (row?.waiting) return { done: false, changed: 0 };
  await yieldUntil(tx, modelDriver(modelId), fence, { until: row?.next ?? null });
  return { done: true, changed: 0 };
}
