import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { listCustomFields } from "#server/custom-fields/queries";
import { mergedStatus, getMergeSides } from "./merge.ts";
import { conflictsOf, standingsOf } from "./merge-campaigns.ts";
import { type Difference, differences } from "./merge-fields.ts";

type Shown = { id: string; email: string; status: string; version: number; createdAt: Date; sent: number };

/** What merging two contacts would do. */
export type MergePreview = {
  keep: Shown;
  other: Shown;
  /** What the one that stays would be. */
  status: string;
  /** One of the addresses is on a suppression list, and both would be. */
  suppressed: boolean;
  differences: Difference[];
  /** What comes from the other one. */
  tags: string[];
  lists: string[];
  campaigns: string[];
  /** Campaigns that both are in, and who stays in them. */
  conflicts: { campaign: string; further: "keep" | "other"; keep: string; other: string }[];
};

/** Throws `not_found`. Nothing is written. */
export async function foreseeMerge(
  tx: TenantTx,
  pair: { keepId: string; otherId: string },
): Promise<MergePreview> {
  const sides = await getMergeSides(tx, pair);
  const standings = await standingsOf(tx, pair);
  const conflicts = conflictsOf(standings, pair);
  const both = new Set(conflicts.map(({ campaignId }) => campaignId));
  const [facts] = await tx.execute<Facts>(sql`
    select array(select t.name::text from contact_tags x join tags t on t.id = x.tag_id where x.contact_id = ${pair.otherId}::uuid
        and not exists (select from contact_tags y where y.contact_id = ${pair.keepId}::uuid and y.tag_id = x.tag_id) order by 1) as tags,
      array(select s.name::text from segment_contacts x join segments s on s.id = x.segment_id and s.segment_type = 'static'
        where x.contact_id = ${pair.otherId}::uuid and not exists (
          select from segment_contacts y where y.contact_id = ${pair.keepId}::uuid and y.segment_id = x.segment_id) order by 1) as lists,
      exists (select from contacts c join suppressions s on s.email_normalized in (c.email_normalized, (suppression_keys(c.tenant_id, c.email_normalized))[3])
        where c.id = any(${sql.param([pair.keepId, pair.otherId])}::uuid[]) and s.scope in ('tenant', 'workspace')
          and (s.expires_at is null or s.expires_at > app_now())) as suppressed,
      (select jsonb_object_agg(c.id, jsonb_build_object('at', c.created_at, 'sent', (
          select count(*) from content.email_messages m
          where m.contact_id = c.id and m.direction = 'outbound' and not m.is_test and m.sent_at is not null)))
        from contacts c where c.id = any(${sql.param([pair.keepId, pair.otherId])}::uuid[])) as sides`);
  if (!facts) throw new Error("The facts of a merge gave no row.");
  const shown = ({ id, email, status, version }: (typeof sides)["keep"]): Shown => {
    const { at, sent } = facts.sides[id] ?? { at: 0, sent: 0 };
    return { id, email, status, version, createdAt: new Date(at), sent };
  };
  return {
    keep: shown(sides.keep),
    other: shown(sides.other),
    status: mergedStatus(sides),
    suppressed: facts.suppressed,
    differences: differences(sides.keep, sides.other, await listCustomFields(tx, { archived: true })),
    tags: facts.tags,
    lists: facts.lists,
    campaigns: standings
      .filter(({ contactId, campaignId }) => contactId === pair.otherId && !both.has(campaignId))
      .map(({ campaign }) => campaign),
    conflicts: conflicts.map(({ campaign, further, keep, other }) => ({
      campaign,
      further,
      keep: keep.status,
      other: other.status,
    })),
  };
}

type Facts = {
  tags: string[];
  lists: string[];
  suppressed: boolean;
  sides: Record<string, { at: string | number; sent: number }>;
};
