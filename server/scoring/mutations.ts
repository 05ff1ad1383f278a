import { sql } from "drizzle-orm";
import { isDeepStrictEqual } from "node:util";
import type { Scope, TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { wakeNow } from "#server/drivers/mutations";
import { AppError } from "#server/errors";
import { ruleContext } from "#server/segments/queries";
import type { RuleTree } from "#server/segments/schema";
import { calculateScores, type Model } from "./calculate.ts";
import { activeModel, findModel } from "./queries.ts";
import type { OverrideInput, ScoringInput } from "./schema.ts";

export const modelDriver = (id: string) => ({ table: "lead_scoring_models" as const, id });

/** Everything that the rules of a model refer to. Throws `invalid` when segments nest too deep. */
export async function modelContext(tx: TenantTx, { scoring }: Pick<Model, "scoring">) {
  const trees = scoring.rules.flatMap((rule) => (rule.kind === "match" ? rule.rules.rules : []));
  const together: RuleTree = { version: 1, match: "any", rules: trees };
  return ruleContext(tx, together);
}

/** `fence` is that of the event which has all scores worked out anew; null when nothing calls for it. */
export type SavedModel = { id: string; updatedAt: Date; fence: number | null };

/** Switches scoring on or off, or changes it. Throws `conflict` when somebody else changed it since `seen`. */
export async function saveModel(tx: TenantTx, input: ScoringInput, scope: Scope): Promise<SavedModel> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`scoring:${scope.workspaceId}`}))`);
  const before = await findModel(tx);
  if (before && input.seen?.getTime() !== before.updatedAt.getTime())
    throw new AppError(
      "conflict",
      "Somebody else changed the scoring meanwhile. Reload the page to see it, then make your change again.",
    );
  await modelContext(tx, input);
  const { scoring, decayEnabled, decayRate, decayIntervalDays, isActive } = input;
  const [saved] = await tx.execute<{ id: string; updatedAt: Date }>(sql`
    insert into lead_scoring_models (name, rules, decay_enabled, decay_rate, decay_interval_days, is_active)
    values ('Lead score', ${JSON.stringify(scoring)}::jsonb, ${decayEnabled}, ${decayRate}, ${decayIntervalDays}, ${isActive})
    on conflict (tenant_id, workspace_id, name) do update set rules = excluded.rules, decay_enabled = excluded.decay_enabled,
      decay_rate = excluded.decay_rate, decay_interval_days = excluded.decay_interval_days, is_active = excluded.is_active,
      updated_at = app_now()
    returning id, updated_at as "updatedAt"`);
  if (!saved) throw new Error("insert into lead_scoring_models returned no row.");
  await recordAct(tx, {
    actorId: scope.userId ?? null,
    action: isActive ? "scoring.changed" : "scoring.switched_off",
    resourceType: "scoring",
    resourceId: saved.id,
    after: { isActive, rules: scoring.rules.length, tiers: scoring.tiers },
  });
  const asks = (
    model: Pick<ScoringInput, "scoring" | "decayEnabled" | "decayRate" | "decayIntervalDays" | "isActive">,
  ) => [...[model.scoring, model.decayEnabled, model.decayRate, model.decayIntervalDays, model.isActive]];
  const changed = !before || !isDeepStrictEqual(asks(before), asks(input));
  return { ...saved, fence: isActive && changed ? await requestScores(tx, saved.id) : null };
}

/** Has every score worked out as of now; the fence of the event, or null when a run is at work that will see to it. */
export async function requestScores(tx: TenantTx, modelId: string): Promise<number | null> {
  await tx.execute(
    sql`update lead_scoring_models set refresh_requested_at = app_now() where id = ${modelId}::uuid`,
  );
  return wakeNow(tx, modelDriver(modelId));
}

/** Sets the score of a contact by hand for some days, or takes that back. Throws `not_found`. */
export async function overrideScore(
  tx: TenantTx,
  { contactId, total, days }: OverrideInput,
  { userId }: Scope,
): Promise<void> {
  const model = await activeModel(tx);
  const [contact] = await tx.execute(
    sql`select 1 from contacts where id = ${contactId}::uuid and deleted_at is null`,
  );
  if (!contact) throw new AppError("not_found", "No such contact.");
  const actor = userId ?? null;
  await tx.execute(sql`
    insert into contact_scores (contact_id, model_id, override_total, overridden_until, overridden_by)
    values (${contactId}::uuid, ${model.id}::uuid, ${total}::int,
      case when ${total}::int is null then app_now() else app_now() + make_interval(days => ${days}) end, ${actor}::uuid)
    on conflict (tenant_id, contact_id, model_id) do update set override_total = coalesce(excluded.override_total, contact_scores.override_total),
      overridden_until = excluded.overridden_until, overridden_by = excluded.overridden_by, updated_at = app_now()`);
  const context = await modelContext(tx, model);
  const changed = await calculateScores(tx, { model, context, extent: { only: contactId } });
  // What was the score already left no entry that could bear a name.
  if (changed > 0)
    await tx.execute(sql`
      update score_events set actor_id = ${actor}::uuid
      where id = (select id from score_events where contact_id = ${contactId}::uuid order by occurred_at desc, id desc limit 1)`);
  await recordAct(tx, {
    actorId: actor,
    action: total === null ? "score.override_ended" : "score.overridden",
    resourceType: "contact",
    resourceId: contactId,
    after: total === null ? {} : { total, days },
  });
}
