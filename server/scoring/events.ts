import { type SQL, sql } from "drizzle-orm";
import type { RuleContext } from "#server/segments/compile";
import { countedDays, type ScoreRule } from "./schema.ts";

type EventRule = Extract<ScoreRule, { kind: "event" }>;
const ofEvents = (rules: readonly ScoreRule[]) =>
  rules.filter((rule): rule is EventRule => rule.kind === "event");

/**
 * What these contacts did in the last year, one row for each time: `contact_id`, `type`, `at`, `url`, and `before`,
 * when the same last happened. Only what some rule asks about is read, and only what people did, not machines.
 */
export function happenings(
  rules: readonly ScoreRule[],
  { now }: RuleContext,
  within: (contactId: SQL) => SQL,
): SQL {
  const asked = new Set(ofEvents(rules).map(({ event }) => event));
  const since = sql`${new Date(now.getTime() - countedDays * 86_400_000).toISOString()}::timestamptz`;
  const until = sql`${now.toISOString()}::timestamptz`;
  const noted = ofEvents(rules).flatMap(({ event, type }) => (event === "noted" && type ? [type] : []));
  const types = ["opened", "clicked"].filter((type) => asked.has(type as "opened" | "clicked"));
  const parts: SQL[] = [
    sql`select ev.contact_id, ev.type::text as type, ev.occurred_at as at, ev.url from email_events ev
      where ${within(sql`ev.contact_id`)} and ev.type = any(${sql.param(types)}::text[]) and not ev.is_machine
        and ev.occurred_at >= ${since} and ev.occurred_at <= ${until}`,
  ];
  if (asked.has("replied"))
    parts.push(sql`select m.contact_id, 'replied', m.replied_at, null from content.email_messages m
      where ${within(sql`m.contact_id`)} and m.direction = 'outbound' and not m.is_test
        and m.replied_at >= ${since} and m.replied_at <= ${until}`);
  if (asked.has("soft_bounced"))
    parts.push(sql`select m.contact_id, 'soft_bounced', m.bounced_at, null from content.email_messages m
      where ${within(sql`m.contact_id`)} and m.direction = 'outbound' and not m.is_test and m.bounce_type = 'soft'
        and m.bounced_at >= ${since} and m.bounced_at <= ${until}`);
  if (noted.length > 0)
    parts.push(sql`select n.contact_id, 'noted:' || n.type, n.occurred_at, null from contact_events n
      where ${within(sql`n.contact_id`)} and n.type = any(${sql.param(noted)}::text[])
        and n.occurred_at >= ${since} and n.occurred_at <= ${until}`);
  return sql`select each.*, lag(at) over (partition by contact_id, type order by at) as before
    from (${sql.join(parts, sql` union all `)}) each`;
}

/** For each contact and category, the points of what `happened`. */
export function sumOfEvents(rules: readonly ScoreRule[], zone: string): SQL {
  const parts = ofEvents(rules).map((rule) => pointsOf(rule, zone));
  if (parts.length === 0)
    return sql`select null::uuid as contact_id, 0 as engagement, 0 as fit, 0 as intent, 0 as penalty where false`;
  return sql`select contact_id,
      sum(points) filter (where category = 'engagement') as engagement, sum(points) filter (where category = 'fit') as fit,
      sum(points) filter (where category = 'intent') as intent, sum(points) filter (where category = 'penalty') as penalty
    from (${sql.join(parts, sql` union all `)}) counted group by contact_id`;
}

/** On each day of the workspace's zone, so many count at most. */
function pointsOf(
  { category, event, type, urlContains, points, perDayMax, repeat }: EventRule,
  zone: string,
): SQL {
  const weight = repeat
    ? sql`case when before >= at - make_interval(days => ${repeat.days}) then ${repeat.factor}::float8 else 1 end`
    : sql`1::float8`;
  const addressed =
    urlContains && urlContains.length > 0
      ? sql`and (${sql.join(
          urlContains.map((part) => sql`strpos(lower(url), lower(${part}::text)) > 0`),
          sql` or `,
        )})`
      : sql``;
  const sum = perDayMax === undefined ? sql`sum(${weight})` : sql`least(sum(${weight}), ${perDayMax}::int)`;
  return sql`select contact_id, ${category}::text as category, ${sum} * ${points}::int as points
    from happened where type = ${event === "noted" ? `noted:${type}` : event}::text ${addressed}
    group by contact_id, (at at time zone ${zone})::date`;
}
