import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { jobWaitColumns, scoresWaitJoin } from "#server/drivers/job-waits";
import type { JobWait } from "#server/drivers/schema";
import { AppError } from "#server/errors";
import type { Model } from "./calculate.ts";
import { defaultScoring, scoringRules, type ScoringRules, type ScoreTier } from "./schema.ts";

export type ModelDetail = Model
  & JobWait & {
    isActive: boolean;
    /** The moment that all scores are of; null before the first time. */
    recalculatedAt: Date | null;
    refreshing: boolean;
    updatedAt: Date;
  };

const refreshing = sql`(is_active and (recalculated_at is null or coalesce(recalculated_at < refresh_requested_at, false)))`;

/** The workspace's scoring, or null while it was never switched on. */
export async function findModel(tx: TenantTx): Promise<ModelDetail | null> {
  const [row] = await tx.execute<Omit<ModelDetail, "scoring"> & { rules: unknown }>(sql`
    select id, rules, decay_enabled as "decayEnabled", decay_rate as "decayRate", decay_interval_days as "decayIntervalDays",
      is_active as "isActive", recalculated_at as "recalculatedAt", updated_at as "updatedAt",
      ${refreshing} as refreshing, ${jobWaitColumns}
    from (select * from lead_scoring_models order by is_active desc, id limit 1) d ${scoresWaitJoin(refreshing)} order by is_active desc, id limit 1`);
  if (!row) return null;
  const { rules, ...model } = row;
  return { ...model, scoring: readScoring(rules) };
}

/** As `findModel`. Throws `not_found` while scoring is off. */
export async function activeModel(tx: TenantTx): Promise<ModelDetail> {
  const model = await findModel(tx);
  if (!model?.isActive)
    throw new AppError("not_found", "Lead scoring is off in this workspace. Turn it on in the settings.");
  return model;
}

function readScoring(stored: unknown): ScoringRules {
  const parsed = scoringRules.safeParse(stored);
  if (parsed.success) return parsed.data;
  throw new AppError(
    "invalid",
    "The scoring rules were stored in a form that is no longer understood. Save them again in the settings.",
  );
}

/** The scoring of the workspace, or what it would begin with. */
export async function getScoring(
  tx: TenantTx,
): Promise<ModelDetail | { scoring: ScoringRules; isActive: false; id: null }> {
  return (await findModel(tx)) ?? { scoring: defaultScoring, isActive: false, id: null };
}

export type Distribution = {
  tiers: { tier: ScoreTier; count: number }[];
  /** Contacts with a score from `from` to `from + 9`, and to 100 in the last; those with 0 are left out. */
  buckets: { from: number; count: number }[];
};

/** How the scores above 0 spread. */
export async function getDistribution(tx: TenantTx): Promise<Distribution> {
  const [row] = await tx.execute<Distribution>(sql`
    with scores as materialized (
      select s.total, s.tier from contact_scores s join lead_scoring_models m on m.id = s.model_id and m.is_active
      where s.total > 0
    )
    select
      (select jsonb_agg(jsonb_build_object('tier', t.tier, 'count', t.count)) from (
        select tier, count(*)::int as count from scores group by tier) t) as tiers,
      (select jsonb_agg(jsonb_build_object('from', b.low, 'count', coalesce(n.count, 0)) order by b.low) from (
        select generate_series(0, 90, 10) as low) b left join (
        select least(90, total / 10 * 10) as low, count(*)::int as count from scores group by 1) n using (low)) as buckets`);
  return { tiers: row?.tiers ?? [], buckets: row?.buckets ?? [] };
}

export type ScoreChange = {
  id: string;
  at: Date;
  what: "recalculated" | "overridden" | "override_ended";
  before: number;
  after: number;
  tierBefore: ScoreTier | null;
  tierAfter: ScoreTier | null;
  actor: string | null;
};

export type ContactScore = {
  total: number;
  tier: ScoreTier;
  engagement: number;
  fit: number;
  intent: number;
  penalty: number;
  adjustment: number;
  overridden: boolean;
  overriddenUntil: Date | null;
  updatedAt: Date | null;
  history: ScoreChange[];
};

/** The score of a contact with its parts and its last changes; null while scoring is off. */
export async function findContactScore(tx: TenantTx, contactId: string): Promise<ContactScore | null> {
  const model = await findModel(tx);
  if (!model?.isActive) return null;
  const [score] = await tx.execute<Omit<ContactScore, "history">>(sql`
    select total, tier, engagement, fit, intent, penalty, adjustment, override_total is not null as overridden,
      overridden_until as "overriddenUntil", updated_at as "updatedAt"
    from contact_scores where contact_id = ${contactId}::uuid and model_id = ${model.id}::uuid`);
  const history = await tx.execute<ScoreChange>(sql`
    select e.id, e.occurred_at as at, e.event_type::text as what, e.score_before as before, e.score_after as after,
      e.tier_before as "tierBefore", e.tier_after as "tierAfter", u.name as actor
    from score_events e left join users u on u.id = e.actor_id
    where e.contact_id = ${contactId}::uuid order by e.occurred_at desc, e.id desc limit 30`);
  const none = {
    total: 0,
    tier: "cold" as const,
    engagement: 0,
    fit: 0,
    intent: 0,
    penalty: 0,
    adjustment: 0,
  };
  return {
    ...(score ?? { ...none, overridden: false, overriddenUntil: null, updatedAt: null }),
    history: [...history],
  };
}
