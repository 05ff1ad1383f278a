import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { withinBudget } from "./budget.ts";
import { rulePredicate } from "./queries.ts";
import type { RuleTree } from "./schema.ts";

export type ContactSample = { id: string; email: string; name: string | null; company: string | null };
/** `exact` is false where the count would have taken too long and was estimated instead. */
export type Match = { count: number; exact: boolean; sample: ContactSample[] };

/** Together they keep an answer under two seconds, whatever the rules and the size of the workspace. */
const budgets = { exactMs: 1300, estimateMs: 450 };
const sampledRows = 15_000;
const shown = 10;

type Found = { count: number; ids: string[] | null };

/** How many contacts the rules match now, and ten of them: the newest where there was time to look at all. */
export async function matchRules(
  tx: TenantTx,
  rules: RuleTree,
  { exactMs, estimateMs } = budgets,
): Promise<Match> {
  const predicate = await rulePredicate(tx, rules);
  const all = await withinBudget(tx, exactMs, (inner) => matchAmong(inner, sql`contacts c`, predicate));
  if (all) return { count: all.count, exact: true, sample: await samples(tx, all.ids) };
  const percent = await percentOf(tx, sampledRows);
  const some = await withinBudget(tx, estimateMs, (inner) =>
    matchAmong(inner, sql`contacts c tablesample system (${percent}::real)`, predicate),
  );
  if (!some) return { count: await plannedCount(tx, predicate), exact: false, sample: [] };
  const count = rounded((some.count * 100) / percent);
  return { count, exact: false, sample: await samples(tx, some.ids) };
}

/** One scan gives both: the rules are asked of each contact once. */
async function matchAmong(tx: TenantTx, people: SQL, predicate: SQL): Promise<Found> {
  const [found] = await tx.execute<Found>(sql`
    with matched as materialized (select c.id from ${people} where c.deleted_at is null and ${predicate})
    select count(*)::int as count,
      (select array_agg(id) from (select id from matched order by id desc limit ${shown}) newest) as ids
    from matched`);
  return found ?? { count: 0, ids: null };
}

async function samples(tx: TenantTx, ids: string[] | null): Promise<ContactSample[]> {
  if (!ids) return [];
  return [
    ...(await tx.execute<ContactSample>(sql`
      select c.id, c.email, coalesce(nullif(concat_ws(' ', c.first_name, c.last_name), ''), c.name) as name, c.company
      from contacts c where c.id = any(${sql.param(ids)}::uuid[]) order by c.id desc`)),
  ];
}

/** The share of the table's pages, in percent, that holds so many rows. The pages are everybody's; the rows read from them are ours. */
async function percentOf(tx: TenantTx, rows: number): Promise<number> {
  const [table] = await tx.execute<{ rows: number }>(
    sql`select reltuples::float8 as rows from pg_class where oid = 'public.contacts'::regclass`,
  );
  return Math.min(100, (100 * rows) / Math.max(table?.rows ?? 0, rows));
}

/** What the planner believes: always at hand, and only roughly right. */
async function plannedCount(tx: TenantTx, predicate: SQL): Promise<number> {
  const [row] = await tx.execute<{ "QUERY PLAN": { Plan: { "Plan Rows": number } }[] }>(
    sql`explain (format json) select c.id from contacts c where c.deleted_at is null and ${predicate}`,
  );
  return rounded(row?.["QUERY PLAN"][0]?.Plan["Plan Rows"] ?? 0);
}

/** Two digits are as many as an estimate knows. */
function rounded(count: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - 1);
  return Math.round(count / unit) * unit;
}
