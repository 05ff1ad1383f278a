import { type SQL, sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import { compileRules, inList, type Referenced, type RuleContext } from "./compile.ts";
import { everyone, isGroup, type Rule, ruleDepthMax, type RuleTree, ruleTree } from "./schema.ts";

/**
 * Everything `compileRules` needs beside the tree: the clock, the workspace's zone and the rules of the
 * segments that the tree refers to, followed up to `ruleDepthMax` deep.
 * Throws `invalid` when segments refer to each other in a circle, or deeper than that.
 */
export async function ruleContext(tx: TenantTx, rules: RuleTree, self?: string): Promise<RuleContext> {
  const segments = new Map<string, Referenced>();
  let wanted = referencedBy(rules.rules);
  for (let depth = 0; wanted.size > 0; depth++) {
    if (self && wanted.has(self))
      throw new AppError("invalid", "A segment cannot be part of itself, not even through another one.");
    if (depth >= ruleDepthMax) {
      throw new AppError(
        "invalid",
        `Segments may refer to each other ${ruleDepthMax} deep, and never in a circle.`,
      );
    }
    const found = await loadSegments(tx, [...wanted]);
    wanted = new Set();
    for (const one of found) {
      segments.set(one.id, { rules: one.rules });
      for (const id of referencedBy(one.rules?.rules ?? [])) wanted.add(id);
    }
  }
  const [workspace] = await tx.execute<{ timezone: string }>(
    sql`select timezone from workspaces where id = (select nullif(current_setting('app.current_workspace_id', true), '')::uuid)`,
  );
  return { now: await appNow(tx), zone: workspace?.timezone ?? "UTC", segments };
}

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
  const rows = await tx.execute<{ id: string; segment_type: string; rules: unknown }>(
    sql`select id, segment_type, rules from segments where id in (${sql.join(
      ids.map((id) => sql`${id}::uuid`),
      sql`, `,
    )})`,
  );
  return rows.map((row) => ({
    id: row.id,
    rules: row.segment_type === "static" ? null : readRules(row.rules),
  }));
}

/** A stored tree, checked. */
export function readRules(stored: unknown): RuleTree {
  const parsed = ruleTree.safeParse(stored ?? everyone);
  if (parsed.success) return parsed.data;
  throw new AppError(
    "invalid",
    "The rules of this segment were stored in a form that is no longer understood. Edit and save it again.",
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

export type ContactSample = { id: string; email: string; name: string | null; company: string | null };
export type Match = { count: number; sample: ContactSample[] };

/** How many contacts the rules match now, and the ten newest of them. */
export async function matchRules(tx: TenantTx, rules: RuleTree): Promise<Match> {
  const predicate = await rulePredicate(tx, rules);
  const [counted] = await tx.execute<{ count: number }>(
    sql`select count(*)::int as count from contacts c where c.deleted_at is null and ${predicate}`,
  );
  const sample = await tx.execute<ContactSample>(
    sql`select c.id, c.email, nullif(concat_ws(' ', c.first_name, c.last_name), '') as name, c.company
      from contacts c where c.deleted_at is null and ${predicate} order by c.id desc limit 10`,
  );
  return { count: counted?.count ?? 0, sample: [...sample] };
}

export type SegmentSummary = {
  id: string;
  name: string;
  description: string | null;
  count: number;
  createdAt: Date;
  updatedAt: Date;
};

/** The segments of the workspace, or its lists, by name. Counts of segments are as of their last evaluation. */
export async function listSegments(tx: TenantTx, type: "static" | "dynamic"): Promise<SegmentSummary[]> {
  return [
    ...(await tx.execute<SegmentSummary>(sql`
      select id, name, description, contact_count as count, created_at as "createdAt", updated_at as "updatedAt"
      from segments where segment_type = ${type} order by name, id limit 1000`)),
  ];
}

export type SegmentCount = { id: string; count: number };

/** How many contacts each of these segments holds now, in one statement; ids that are no segments are left out. */
export async function countSegments(tx: TenantTx, ids: string[]): Promise<SegmentCount[]> {
  const trees = (await loadSegments(tx, ids)).flatMap(({ id, rules }) => (rules ? [{ id, rules }] : []));
  if (trees.length === 0) return [];
  const together = trees.flatMap(({ rules }) => rules.rules);
  const context = await ruleContext(tx, { version: 1, match: "any", rules: together });
  const counts = trees.map(
    ({ id, rules }) => sql`select ${id}::uuid as id, count(*)::int as count
      from contacts c where c.deleted_at is null and ${compileRules(rules, context)}`,
  );
  return [...(await tx.execute<SegmentCount>(sql.join(counts, sql` union all `)))];
}

export type SegmentDetail = {
  id: string;
  name: string;
  description: string | null;
  updatedAt: Date;
  rules: RuleTree;
};

export async function getSegment(tx: TenantTx, id: string): Promise<SegmentDetail> {
  const [row] = await tx.execute<Omit<SegmentDetail, "rules"> & { rules: unknown }>(sql`
    select id, name, description, updated_at as "updatedAt", rules
    from segments where id = ${id}::uuid and segment_type = 'dynamic'`);
  if (!row) throw new AppError("not_found", "No such segment.");
  return { ...row, rules: readRules(row.rules) };
}

export type SegmentUse = { kind: "campaign" | "segment"; id: string; name: string };

/** The live campaigns and the segments that name a list or segment. */
export async function usesOf(tx: TenantTx, id: string): Promise<SegmentUse[]> {
  return [
    ...(await tx.execute<SegmentUse>(sql`
      select 'campaign' as kind, id, name from campaigns
      where deleted_at is null and status <> 'completed' and (segment_id = ${id}::uuid or strpos(audience::text, ${id}::text) > 0)
      union all
      select 'segment', id, name from segments where segment_type = 'dynamic' and id <> ${id}::uuid and strpos(rules::text, ${id}::text) > 0
      order by 1, 3 limit 50`)),
  ];
}
