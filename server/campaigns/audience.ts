import { sql, type SQL } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { isUndisturbed, mailable } from "#server/messages/mailable";
import { inSegment } from "#server/segments/queries";
import { findUndisturbedTag } from "#server/tags/queries";
import type { Audience } from "./schema.ts";

/**
 * `chosen`: in the audience; `suppressed`: of these, the ones who will get nothing; `undisturbed`: those who get nothing for as
 * long as they have a tag; `count`: who will be written to, the last of those who are snoozed at `snoozedUntil`.
 */
export type AudienceCount = {
  chosen: number;
  suppressed: number;
  undisturbed: { tag: string; people: number } | null;
  count: number;
  snoozedUntil: Date | null;
  missing: number;
};

/** Everybody who comes into the campaign, written to or not for now. */
export const comingIn = ({ count, undisturbed }: Pick<AudienceCount, "count" | "undisturbed">): number =>
  count + (undisturbed?.people ?? 0);

/**
 * The predicate over `contacts c` that says who is in the audience, mailable or not. Lists and segments that no longer
 * exist match nobody. `campaignId` is the campaign that is not another one.
 */
export async function audiencePredicate(
  tx: TenantTx,
  audience: Audience,
  campaignId: string | null = null,
): Promise<SQL> {
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
  return sql`c.deleted_at is null and (${included}) and not (${excluded}) and ${notLeftOut(audience.leaveOut, campaignId)}`;
}

/** What keeps somebody out at the moment in which they would be enrolled. */
function notLeftOut(
  { inOtherCampaign, emailedWithinHours, stages }: Audience["leaveOut"],
  campaignId: string | null,
): SQL {
  const rules = [sql`true`];
  if (stages.length > 0) rules.push(sql`c.lifecycle_stage <> all(${sql.param(stages)}::text[])`);
  if (emailedWithinHours > 0)
    rules.push(sql`(c.last_emailed_at is null
      or c.last_emailed_at <= app_now() - make_interval(hours => ${emailedWithinHours}))`);
  // Scalar, so that it is one index probe per contact. One that was put away writes to nobody: it keeps nobody out.
  if (inOtherCampaign)
    rules.push(sql`coalesce((select false from campaign_contacts o join campaigns k on k.id = o.campaign_id
      where o.tenant_id = c.tenant_id and o.contact_id = c.id and o.status in ('enrolled', 'active', 'paused')
        and k.status in ('active', 'paused') and k.archived_at is null and k.deleted_at is null and o.campaign_id is distinct from ${campaignId}::uuid limit 1), true)`);
  return sql.join(rules, sql` and `);
}

/** Who may come into a triggered campaign, of those whom its triggers bring. */
export const doorOf = (audience: Audience): Audience => ({
  ...audience,
  everyone: audience.everyone || audience.include.length === 0,
});

export async function countAudience(
  tx: TenantTx,
  audience: Audience,
  campaignId: string | null = null,
): Promise<AudienceCount> {
  const predicate = await audiencePredicate(tx, audience, campaignId);
  const existing = await existingSegments(tx, audience);
  // The clock is read once, and not for each contact.
  const [row] = await tx.execute<{ chosen: number; mailable: number; snoozedUntil: Date | null }>(sql`
    select count(*)::int as chosen, (count(*) filter (where ${mailable}))::int as mailable,
      max(c.snoozed_until) filter (where c.snoozed_until > (select app_now()) and ${mailable} and not ${isUndisturbed}) as "snoozedUntil"
    from contacts c where ${predicate}`);
  const { chosen, mailable: mails, snoozedUntil } = row ?? { chosen: 0, mailable: 0, snoozedUntil: null };
  const undisturbed = await countUndisturbed(tx, predicate);
  const named = new Set([...audience.include, ...audience.exclude]);
  return {
    chosen,
    suppressed: chosen - mails,
    undisturbed,
    count: mails - (undisturbed?.people ?? 0),
    snoozedUntil,
    missing: named.size - existing.size,
  };
}

/** Of those who may be mailed, the ones who have the tag whose bearers get nothing; null when nobody has. */
async function countUndisturbed(tx: TenantTx, predicate: SQL): Promise<AudienceCount["undisturbed"]> {
  const tag = await findUndisturbedTag(tx);
  if (!tag) return null;
  const [row] = await tx.execute<{ people: number }>(sql`
    select count(*)::int as people from contact_tags ct join contacts c on c.id = ct.contact_id
    where ct.tag_id = ${tag.id}::uuid and ${mailable} and ${predicate}`);
  return row && row.people > 0 ? { tag: tag.name, people: row.people } : null;
}

async function existingSegments(tx: TenantTx, { include, exclude }: Audience): Promise<Set<string>> {
  const ids = [...new Set([...include, ...exclude])];
  if (ids.length === 0) return new Set();
  const rows = await tx.execute<{ id: string }>(
    sql`select id from segments where id = any(${sql.param(ids)}::uuid[])`,
  );
  return new Set(rows.map((row) => row.id));
}
