import { sql, type SQL } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { countedMoments, dailyMeasures, momentsOf, type Span } from "./moments.ts";

/** Something that happened on an earlier day may become known so many days late. */
const reopenedDays = 7;

/**
 * The earliest day whose emails have come back since `state.last` was counted: they are delivered no more, however long
 * ago they were sent. Null while days are being made good, which are counted as they are now.
 */
const bouncedDay = sql`case when state.whole then (
  select (min(m.sent_at) at time zone state.zone)::date from email_events e join content.email_messages m on m.id = e.message_id
  where e.campaign_id = any(array(select k.id from campaigns k where k.launched_at is not null)) and e.type = 'bounced'
    and e.occurred_at >= (state.last - 1)::timestamp at time zone state.zone and m.bounced_at is not null) end`;
/** Days of one transaction. */
const daysMax = 31;

/** Calendar days, `YYYY-MM-DD`, both counted. */
export type Rolled = { from: string; through: string; more: boolean };

type Days = Span & { zone: string; from: string; through: string; today: string; restart: boolean };

/**
 * Counts the days of a workspace anew, from the last one that was counted to today in its own zone, a month at most:
 * `more` says that days are left. Once a day it goes back a week, for what became known late, and as far as emails have come back; when the workspace has
 * moved to another zone, to the beginning. A day is replaced as a whole, so that counting it again changes nothing.
 * Null for a workspace that has launched nothing.
 */
export async function rollUp(tx: TenantTx): Promise<Rolled | null> {
  const days = await nextDays(tx);
  if (!days) return null;
  if (days.restart) await forget(tx);
  const sum = sql.join(
    dailyMeasures.map((measure) => sql`sum(c.${sql.identifier(measure)})::int as ${sql.identifier(measure)}`),
    sql`, `,
  );
  await tx.execute(sql`
    with counts as materialized (
      select campaign_id, step_id, email_account_id, variant_id, (at at time zone ${days.zone})::date as date, ${countedMoments}
      from (${momentsOf(sql`k.launched_at is not null`, days)}) moments group by 1, 2, 3, 4, 5
    ), of_campaigns as materialized (
      select c.campaign_id, k.name as label, c.date, ${sum} from counts c join campaigns k on k.id = c.campaign_id group by 1, 2, 3
    ), of_steps as materialized (
      select c.campaign_id, c.step_id, coalesce(s.name, s.subject_line) as label, c.date, ${sum}
      from counts c join campaign_steps s on s.id = c.step_id group by 1, 2, 3, 4
    ), of_variants as materialized (
      select c.campaign_id, v.test_id, c.variant_id, v.name as label, c.date, ${sum}
      from counts c join ab_test_variants v on v.id = c.variant_id group by 1, 2, 3, 4, 5
    ), of_mailboxes as materialized (
      select c.email_account_id, a.email as label, c.date, ${sum}
      from counts c join email_accounts a on a.id = c.email_account_id group by 1, 2, 3
    ), ${replaced("campaign_analytics", "of_campaigns", days, { key: ["campaign_id"], label: "campaign_name" })},
    ${replaced("sequence_step_analytics", "of_steps", days, { key: ["step_id"], also: ["campaign_id"], label: "step_name" })},
    ${replaced("variant_analytics", "of_variants", days, { key: ["variant_id"], also: ["test_id", "campaign_id"], label: "variant_name" })},
    ${replaced("mailbox_analytics", "of_mailboxes", days, { key: ["email_account_id"], label: "email" })}
    update analytics.analytics_rollups set through = ${days.through}::date, timezone = ${days.zone}, updated_at = app_now()`);
  return { from: days.from, through: days.through, more: days.through < days.today };
}

type Shape = { key: [string]; also?: string[]; label: string };

/** Two CTEs that make the rows of these days what `counts` says: those of a day on which nothing happened any more go. */
function replaced(
  table: string,
  counts: string,
  { from, through }: Days,
  { key, also = [], label }: Shape,
): SQL {
  const target = sql`analytics.${sql.identifier(table)}`;
  const own = [...key, ...also];
  const columns = (names: readonly string[], of = sql``) =>
    sql.join(
      names.map((name) => sql`${of}${sql.identifier(name)}`),
      sql`, `,
    );
  const set = (names: readonly string[]) =>
    sql.join(
      names.map((name) => sql`${sql.identifier(name)} = excluded.${sql.identifier(name)}`),
      sql`, `,
    );
  const [id] = key;
  return sql`${sql.identifier(`${counts}_gone`)} as (
      delete from ${target} t where t.date between ${from}::date and ${through}::date and not exists (
        select from ${sql.identifier(counts)} n where n.${sql.identifier(id)} = t.${sql.identifier(id)} and n.date = t.date)
    ), ${sql.identifier(`${counts}_kept`)} as (
      insert into ${target} as t (${columns([...own, label])}, date, ${columns(dailyMeasures)})
      select ${columns(own)}, label, date, ${columns(dailyMeasures)} from ${sql.identifier(counts)} order by ${columns(key)}, date
      on conflict (tenant_id, ${columns(key)}, date) do update
        set ${set([label, ...dailyMeasures])}, updated_at = app_now()
        where (${columns(dailyMeasures, sql`t.`)}) is distinct from (${columns(dailyMeasures, sql`excluded.`)})
    )`;
}

/** Takes the workspace's row, so that two runs count one after the other. */
async function nextDays(tx: TenantTx): Promise<Days | null> {
  const workspace = sql`(select nullif(current_setting('app.current_workspace_id', true), '')::uuid)`;
  await tx.execute(sql`
    insert into analytics.analytics_rollups (timezone, through)
    select w.timezone, (min(k.launched_at) at time zone w.timezone)::date from workspaces w join campaigns k on k.launched_at is not null
    where w.id = ${workspace} group by w.id, w.timezone
    on conflict (tenant_id, workspace_id) do nothing`);
  await tx.execute(sql`select from analytics.analytics_rollups for update`);
  const [days] = await tx.execute<Days>(sql`
    with state as (
      select w.timezone as zone, r.timezone <> w.timezone as restart, (app_now() at time zone w.timezone)::date as today,
        case when r.timezone <> w.timezone then
            (select (min(k.launched_at) at time zone w.timezone)::date from campaigns k)
          else r.through end as last,
        r.timezone = w.timezone and r.through >= (r.updated_at at time zone w.timezone)::date as whole
      from analytics.analytics_rollups r join workspaces w on w.id = r.workspace_id
    ), reach as (
      select *, case when last < today then least(last, today - ${reopenedDays}::int, ${bouncedDay}) else today end as first
      from state
    ), span as (select *, least(first + ${daysMax - 1}::int, today) as end_day from reach)
    select zone, restart, to_char(today, 'YYYY-MM-DD') as today, to_char(first, 'YYYY-MM-DD') as "from",
      to_char(end_day, 'YYYY-MM-DD') as through, to_char(first::timestamp at time zone zone at time zone 'UTC', ${iso}) as since,
      to_char((end_day + 1)::timestamp at time zone zone at time zone 'UTC', ${iso}) as until
    from span`);
  return days ?? null;
}

const iso = 'YYYY-MM-DD"T"HH24:MI:SS"Z"';

/** A day of another zone is another day. */
async function forget(tx: TenantTx): Promise<void> {
  for (const table of [
    "campaign_analytics",
    "sequence_step_analytics",
    "variant_analytics",
    "mailbox_analytics",
  ])
    await tx.execute(sql`delete from analytics.${sql.identifier(table)}`);
}
