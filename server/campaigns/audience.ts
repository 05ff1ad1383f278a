import { sql, type SQL } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { mailable } from "#server/messages/mailable";
import { inSegment } from "#server/segments/queries";
import type { Audience } from "./schema.ts";

/** `chosen`: in the audience; `suppressed`: of these, the ones who will get nothing; `count`: who will be written to. */
export type AudienceCount = { chosen: number; suppressed: number; count: number; missing: number };

/**
 * The predicate over `contacts c` that says who is in the audience, mailable or not. Lists and segments that no longer
 * exist match nobody.
 */
export async function audiencePredicate(tx: TenantTx, audience: Audience): Promise<SQL> {
  const existing = await existingSegments(tx, audience);
  const inside = (ids: readonly string[]) =>
    Promise.all(ids.filter((id) => existing.has(id)).map((id) => inSegment(tx, id)));
  const [include, exclude] = await Promise.all([inside(audience.include), inside(audience.exclude)]);
  const included = audience.everyone
    ? sql`true`
    : include.length > 0
      ? sql.join(include, sql` or `)
      : sql`false`;
  const excluded = exclude.length > 0 ? sql.join(exclude, sql` or `) : sql`false`;
  return sql`c.deleted_at is null and (${included}) and not (${excluded})`;
}

export async function countAudience(tx: TenantTx, audience: Audience): Promise<AudienceCount> {
  const predicate = await audiencePredicate(tx, audience);
  const existing = await existingSegments(tx, audience);
  const [row] = await tx.execute<{ chosen: number; count: number }>(sql`
    select count(*)::int as chosen, (count(*) filter (where ${mailable}))::int as count from contacts c where ${predicate}`);
  const { chosen, count } = row ?? { chosen: 0, count: 0 };
  const named = new Set([...audience.include, ...audience.exclude]);
  return { chosen, count, suppressed: chosen - count, missing: named.size - existing.size };
}

async function existingSegments(tx: TenantTx, { include, exclude }: Audience): Promise<Set<string>> {
  const ids = [...new Set([...include, ...exclude])];
  if (ids.length === 0) return new Set();
  const rows = await tx.execute<{ id: string }>(
    sql`select id from segments where id = any(${sql.param(ids)}::uuid[])`,
  );
  return new Set(rows.map((row) => row.id));
}
