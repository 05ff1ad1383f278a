import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { compileRules, type RuleContext } from "#server/segments/compile";
import { announcedTogether } from "#server/segments/members";
import { happenings, sumOfEvents } from "./events.ts";
import { categoryMax, hysteresis, type ScoreCategory, type ScoringRules, type TierStarts } from "./schema.ts";

/** A model as it is worked with. */
export type Model = {
  id: string;
  scoring: ScoringRules;
  decayEnabled: boolean;
  decayRate: number;
  decayIntervalDays: number;
};

/** Which contacts: those after one and up to another, a single one, or these. */
export type Extent =
  { after: string | null; upto: string | null } | { only: string } | { among: readonly string[] };

const within = (extent: Extent, id: SQL): SQL => {
  if ("only" in extent) return sql`${id} = ${extent.only}::uuid`;
  if ("among" in extent) return sql`${id} = any(${sql.param([...extent.among])}::uuid[])`;
  return sql`${extent.after === null ? sql`true` : sql`${id} > ${extent.after}::uuid`}
    and ${extent.upto === null ? sql`true` : sql`${id} <= ${extent.upto}::uuid`}`;
};

/**
 * Works out the scores of these contacts from what is known about them, and writes down what differs: parts, total and
 * tier, the history, the column on the contact, and whose tier changed. Worked out from facts alone, so that doing it
 * again changes nothing. The extent is said of every table: to join what it gave, the planner would read them whole;
 * and the score known so far is looked up one by one, since right after the first pass the planner knows of none, and by
 * the contact alone ("is not distinct" cannot be looked up): the index of the model holds everybody's. What is known of
 * a contact is summed up, not joined: the planner takes what people did for next to nothing.
 * Returns how many scores changed.
 */
export async function calculateScores(
  tx: TenantTx,
  { model, context, extent }: { model: Model; context: RuleContext; extent: Extent },
): Promise<number> {
  const now = sql`${context.now.toISOString()}::timestamptz`;
  const [row] = await tx.execute<{ changed: number }>(sql`
    with people as materialized (
      select c.id, c.lead_score, ${matched(model, context)}
      from contacts c where ${within(extent, sql`c.id`)} and c.deleted_at is null
    ), happened as materialized (${happenings(model.scoring.rules, context, (id) => within(extent, id))}),
    earned as (${sumOfEvents(model.scoring.rules, context.zone)}),
    latest as (select contact_id, max(at) as at from happened where type <> 'soft_bounced' group by contact_id),
    known as (
      select id, max(lead_score) as lead_score, bool_or(is_zero) as is_zero, sum(engagement) as engagement, sum(fit) as fit,
        sum(intent) as intent, sum(penalty) as penalty, max(at) as at
      from (
        select id, lead_score, is_zero, engagement, fit, intent, penalty, null::timestamptz as at from people
        union all select contact_id, null, null, engagement, fit, intent, penalty, null from earned
        union all select contact_id, null, null, null, null, null, null, at from latest
      ) facts group by id having count(lead_score) > 0
    ), parts as (
      select id, lead_score, is_zero, round(${capped("engagement")} * ${decay(model, now)})::int as engagement,
        round(${capped("fit")})::int as fit, round(${capped("intent")})::int as intent,
        round(least(0, penalty))::int as penalty
      from known
    ), scored as (
      select parts.*, s.total as before, s.tier as tier_before, s.override_total is not null as was_overridden,
        s.override_total is not null and coalesce(s.overridden_until > ${now}, true) as is_overridden,
        case when s.override_total is not null and coalesce(s.overridden_until > ${now}, true) then s.override_total
          when is_zero then 0 else greatest(0, least(100, parts.engagement + parts.fit + parts.intent + parts.penalty
            + coalesce(s.adjustment, 0))) end as total
      from parts left join lateral (
        select * from contact_scores b
        where b.contact_id = parts.id and b.model_id is not distinct from ${model.id}::uuid offset 0
      ) s on true
    ), tiered as materialized (
      select scored.*, ${tierOf(model.scoring.tiers)} as tier from scored
    ), saved as (
      insert into contact_scores as s (contact_id, model_id, engagement, fit, intent, penalty, total, previous_total, tier)
      select id, ${model.id}::uuid, engagement, fit, intent, penalty, total, before, tier from tiered
      where before is not null or total <> 0 or engagement <> 0 or fit <> 0 or intent <> 0 or penalty <> 0
      on conflict (tenant_id, contact_id, model_id) do update set engagement = excluded.engagement, fit = excluded.fit,
        intent = excluded.intent, penalty = excluded.penalty, total = excluded.total, tier = excluded.tier, updated_at = app_now(),
        previous_total = case when s.total <> excluded.total then s.total else s.previous_total end,
        override_total = case when coalesce(s.overridden_until > ${now}, true) then s.override_total end,
        overridden_until = case when s.overridden_until > ${now} then s.overridden_until end
      where (s.engagement, s.fit, s.intent, s.penalty, s.total, s.tier)
          <> (excluded.engagement, excluded.fit, excluded.intent, excluded.penalty, excluded.total, excluded.tier)
        or s.overridden_until <= ${now}
      returning 1
    ), noted as (
      insert into score_events (contact_id, model_id, event_type, points, score_before, score_after, tier_before, tier_after)
      select id, ${model.id}::uuid, case when is_overridden then 'overridden' when was_overridden then 'override_ended' else 'recalculated' end,
        total - coalesce(before, 0), coalesce(before, 0), total, coalesce(tier_before, 'cold'), tier
      from tiered where total <> coalesce(before, 0) returning 1
    ), told as (
      insert into contact_announcements (event, ref_id, tier, contact_ids)
      select 'score.tier_changed', ${model.id}::uuid, tier, array_agg(id order by id)
      from (select id, tier, (row_number() over (partition by tier order by id) - 1) / ${announcedTogether}::int as part
        from tiered where tier <> coalesce(tier_before, 'cold')) parts
      group by tier, part returning 1
    ), written as (
      update contacts c set lead_score = t.total from tiered t
      where c.id = t.id and t.lead_score <> t.total and ${within(extent, sql`c.id`)} returning 1
    )
    select (select count(*) from noted)::int as changed`);
  return row?.changed ?? 0;
}

/** For each category what the rules about the contact itself give, and whether one of them makes the score 0. */
function matched({ scoring }: Model, context: RuleContext): SQL {
  const sum = (category: ScoreCategory) => {
    const parts = scoring.rules.flatMap((rule) =>
      rule.kind === "match" && rule.category === category && rule.points !== "zero"
        ? [sql`case when ${compileRules(rule.rules, context)} then ${rule.points}::int else 0 end`]
        : [],
    );
    return parts.length === 0 ? sql`0` : sql.join(parts, sql` + `);
  };
  const zero = scoring.rules.flatMap((rule) =>
    rule.kind === "match" && rule.points === "zero" ? [compileRules(rule.rules, context)] : [],
  );
  return sql`${sum("engagement")} as engagement, ${sum("fit")} as fit, ${sum("intent")} as intent,
    ${sum("penalty")} as penalty, ${zero.length === 0 ? sql`false` : sql.join(zero, sql` or `)} as is_zero`;
}

function capped(category: keyof typeof categoryMax): SQL {
  const column = sql.identifier(category);
  return sql`least(${categoryMax[category]}::int, greatest(0, ${column}))`;
}

/** The share of the engagement that is left after the intervals in which nothing happened. */
function decay({ decayEnabled, decayRate, decayIntervalDays }: Model, now: SQL): SQL {
  if (!decayEnabled) return sql`1`;
  const intervals = sql`floor(extract(epoch from ${now} - at) / 86400 / ${decayIntervalDays}::int)`;
  return sql`power(1 - ${decayRate}::int / 100.0, coalesce(greatest(0, ${intervals}), 0))`;
}

/** Upwards at once, downwards only when the score is clearly below where the tier begins. */
function tierOf({ nurture, mql, sql: sales }: TierStarts): SQL {
  const level = (slack: number) => sql`case when total >= ${sales - slack}::int then 4
    when total >= ${mql - slack}::int then 3 when total >= ${nurture - slack}::int then 2 else 1 end`;
  const known = sql`coalesce(array_position(array['cold', 'nurture', 'mql', 'sql'], tier_before), 1)`;
  return sql`(array['cold', 'nurture', 'mql', 'sql'])[greatest(${level(0)}, least(${known}, ${level(hysteresis)}))]`;
}
