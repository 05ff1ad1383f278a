import { type SQL, sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { jobWaitColumns, segmentsWaitJoin } from "#server/drivers/job-waits";
import type { JobWait } from "#server/drivers/schema";
import { AppError } from "#server/errors";
import { compileRules, inList, type Referenced, type RuleContext } from "./compile.ts";
import { type Salvaged, salvageRules } from "./salvage.ts";
import { everyone, isGroup, memberPageSize, type Rule, ruleDepthMax, type RuleTree } from "./schema.ts";

/**
 * Everything `compileRules` needs beside the tree: the clock, the workspace's zone and the rules of the
 * segments that the tree refers to, followed up to `ruleDepthMax` deep; less deep by as much as others are built
 * on `self`. Throws `invalid` when segments refer to each other in a circle, or deeper than that.
 */
export async function ruleContext(
  tx: TenantTx,
  rules: RuleTree,
  self?: string,
  above = 0,
): Promise<RuleContext> {
  const segments = new Map<string, Referenced>();
  let wanted = referencedBy(rules.rules);
  let depth = 0;
  for (; wanted.size > 0 && depth <= ruleDepthMax; depth++) {
    if (self && wanted.has(self))
      throw new AppError("invalid", "A segment cannot be part of itself, not even through another one.");
    const found = await loadSegments(tx, [...wanted]);
    wanted = new Set();
    for (const one of found) {
      segments.set(one.id, { rules: one.rules });
      for (const id of referencedBy(one.rules?.rules ?? [])) wanted.add(id);
    }
  }
  if (depth + above > ruleDepthMax) {
    throw new AppError(
      "invalid",
      `Segments may refer to each other ${ruleDepthMax} deep, and never in a circle.`,
    );
  }
  const conditions = conditionsOf(rules, segments);
  if (conditions > conditionsMax) {
    const found = `${conditions.toLocaleString("en")} rules`;
    throw new AppError(
      "invalid",
      `With those of the segments it names it has ${found}; ${conditionsMax.toLocaleString("en")} are the most. Name fewer segments, or smaller ones.`,
    );
  }
  const [workspace] = await tx.execute<{ timezone: string }>(
    sql`select timezone from workspaces where id = (select nullif(current_setting('app.current_workspace_id', true), '')::uuid)`,
  );
  return { now: await appNow(tx), zone: workspace?.timezone ?? "UTC", segments };
}

/** Segments are compiled where they are named, each time: a hundred that name a hundred are more than a statement holds. */
const conditionsMax = 2000;

/** How many conditions a tree comes to with those of the segments it names, which name each other in no circle. */
function conditionsOf(
  tree: RuleTree,
  segments: ReadonlyMap<string, Referenced>,
  known = new Map<string, number>(),
): number {
  const ofSegment = (id: string): number => {
    const rules = segments.get(id)?.rules;
    const count = known.get(id) ?? (rules ? conditionsOf(rules, segments, known) : 1);
    known.set(id, count);
    return count;
  };
  const of = (rule: Rule): number => {
    if (isGroup(rule)) return sum(rule.rules.map(of));
    return rule.field === "segment" && Array.isArray(rule.value)
      ? sum(rule.value.map((id) => ofSegment(String(id))))
      : 1;
  };
  return sum(tree.rules.map(of));
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

/** The ids of lists and segments that the rules name. */
export function referencedBy(rules: readonly Rule[]): Set<string> {
  const ids = new Set<string>();
  for (const rule of rules) {
    if (isGroup(rule)) for (const id of referencedBy(rule.rules)) ids.add(id);
    else if ((rule.field === "segment" || rule.field === "list") && Array.isArray(rule.value)) {
      for (const id of rule.value) ids.add(String(id));
    }
  }
  return ids;
}

async function loadSegments(tx: TenantTx, ids: string[]): Promise<{ id: string; rules: RuleTree | null }[]> {
  const rows = await tx.execute<{ id: string; name: string; segment_type: string; rules: unknown }>(
    sql`select id, name, segment_type, rules from segments where id in (${sql.join(
      ids.map((id) => sql`${id}::uuid`),
      sql`, `,
    )})`,
  );
  return rows.map((row) => ({
    id: row.id,
    rules: row.segment_type === "static" ? null : readRules(row.rules, row.name),
  }));
}

/** The stored tree of the segment of this name, checked. Throws `invalid` with what cannot be read of it. */
export function readRules(stored: unknown, name: string): RuleTree {
  const { rules, unreadable } = salvageRules(stored ?? everyone);
  if (unreadable.length === 0) return rules;
  throw new AppError(
    "invalid",
    `The rules of the segment “${name}” were stored in a form that is no longer understood. ${unreadable.slice(0, 3).join(" ")} Open it, mend them there and save it.`,
  );
}

/** The predicate of a tree over `contacts c`, its references resolved. */
export async function rulePredicate(tx: TenantTx, rules: RuleTree): Promise<SQL> {
  return compileRules(rules, await ruleContext(tx, rules));
}

/**
 * The predicate over `contacts c` that says who is in a list or segment. Throws `not_found`. Membership is asked of
 * each contact, which one index probe answers: joined to the list as a whole, contacts that were added a moment ago
 * and have no statistics yet are searched once for every member.
 */
export async function inSegment(tx: TenantTx, segmentId: string): Promise<SQL> {
  const [segment] = await loadSegments(tx, [segmentId]);
  if (!segment) throw new AppError("not_found", "No such list or segment.");
  if (segment.rules) return rulePredicate(tx, segment.rules);
  return inList(segmentId);
}

export type SegmentSummary = {
  id: string;
  name: string;
  description: string | null;
  count: number;
  /** When a segment's members and count were worked out; null while they never were. */
  countedAt: Date | null;
  problem: string | null;
  createdAt: Date;
  updatedAt: Date;
};

/** The columns of a `SegmentSummary`. */
export const summary = sql`id, name, description, contact_count as count, last_recalculated_at as "countedAt", problem,
  created_at as "createdAt", updated_at as "updatedAt"`;

/**
 * `refreshing`: a recalculation has been asked for and has not ended. It may wait: for that one, or for the one of every half
 * hour. `rules` are for the page on which they are changed: where there is something `unreadable` they are not all of them.
 */
export type SegmentDetail = SegmentSummary & JobWait & Salvaged & { refreshing: boolean };

const refreshing = sql`(last_recalculated_at is null or coalesce(last_recalculated_at < refresh_requested_at, false))`;

/** Throws `not_found`. */
export async function getSegment(tx: TenantTx, id: string): Promise<SegmentDetail> {
  const [row] = await tx.execute<Omit<SegmentDetail, keyof Salvaged> & { rules: unknown }>(sql`
    with segment as (
      select ${summary}, workspace_id, rules, ${refreshing} as refreshing from segments
      where id = ${id}::uuid and segment_type = 'dynamic')
    select s.id, s.name, s.description, s.count, s."countedAt", s.problem, s."createdAt", s."updatedAt", s.rules, s.refreshing,
      ${jobWaitColumns}
    from segment s left join segment_drivers d on d.workspace_id = s.workspace_id ${segmentsWaitJoin(sql`s.refreshing`)}`);
  if (!row) throw new AppError("not_found", "No such segment.");
  return { ...row, ...salvageRules(row.rules ?? everyone) };
}

export type SegmentSize = { day: string; count: number };

/** How many were in the segment at the end of each of the last days, in the workspace's zone. */
export async function listSizes(tx: TenantTx, id: string, days = 90): Promise<SegmentSize[]> {
  return [
    ...(await tx.execute<SegmentSize>(sql`
      select date::text as day, contact_count as count from analytics.segment_analytics
      where segment_id = ${id}::uuid and date > (app_now() - make_interval(days => ${days}))::date order by date`)),
  ];
}

export type SegmentMember = {
  id: string;
  email: string;
  name: string | null;
  company: string | null;
  status: string;
  since: Date;
};
export type MemberPage = { rows: SegmentMember[]; next: string | null };

/** Who was in the segment at its last recalculation, the newest contacts first, fifty at a time. */
export async function listMembers(
  tx: TenantTx,
  { id, after }: { id: string; after?: string | undefined },
): Promise<MemberPage> {
  const rows = await tx.execute<SegmentMember>(sql`
    select c.id, c.email, coalesce(nullif(concat_ws(' ', c.first_name, c.last_name), ''), c.name) as name, c.company,
      c.status, m.added_at as since
    from (select contact_id, added_at from segment_contacts
      where segment_id = ${id}::uuid ${after ? sql`and contact_id < ${after}::uuid` : sql``}
      order by contact_id desc limit ${memberPageSize + 1}) m
    join contacts c on c.id = m.contact_id order by c.id desc`);
  const page = rows.slice(0, memberPageSize);
  return { rows: page, next: rows.length > memberPageSize ? (page.at(-1)?.id ?? null) : null };
}

export type SegmentUse = {
  kind: "campaign" | "segment" | "scoring" | "import_schedule";
  id: string;
  name: string;
};

/** The live campaigns, the segments, the scoring and the scheduled imports that name a list or segment. */
export async function usesOf(tx: TenantTx, id: string): Promise<SegmentUse[]> {
  return [
    ...(await tx.execute<SegmentUse>(sql`
      select * from (${usesNaming(sql`${id}::uuid`)}) used
      order by 1, 3 limit 50`)),
  ];
}

/** What `usesOf` finds, of the segment or list whose id the expression `id` is: kind, id, name. */
export function usesNaming(id: SQL): SQL {
  const names = (json: SQL) => sql`strpos((${json})::text, ${id}::text) > 0`;
  return sql`
    select 'campaign' as kind, k.id, k.name from campaigns k
    where k.deleted_at is null and k.status <> 'completed' and (k.segment_id = ${id} or ${names(sql`k.audience`)}
      or exists (select 1 from campaign_triggers t where t.campaign_id = k.id and t.segment_id = ${id})
      or exists (select 1 from campaign_steps s where s.campaign_id = k.id and s.is_active
        and (${names(sql`s.condition_rules`)} or ${names(sql`s.action_config`)})))
    union all
    select 'segment', id, name from segments where segment_type = 'dynamic' and id <> ${id} and ${names(sql`rules`)}
    union all
    select 'scoring', id, name from lead_scoring_models where ${names(sql`rules`)}
    union all
    select 'import_schedule', id, name from import_schedules where ${names(sql`import_options`)}`;
}

/** How deep the segments built on this one nest above it, 0 for none; what it refers to may nest so much less. */
export async function heightAbove(tx: TenantTx, id: string, seen = new Set([id])): Promise<number> {
  const naming = await tx.execute<{ id: string }>(
    sql`select used.id from (${usesNaming(sql`${id}::uuid`)}) used where kind = 'segment'`,
  );
  const above = naming.filter((use) => !seen.has(use.id));
  const heights = await Promise.all(
    above.map((use) => heightAbove(tx, use.id, new Set([...seen, use.id])).then((height) => height + 1)),
  );
  return Math.max(0, ...heights);
}
