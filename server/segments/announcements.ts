import { sql } from "drizzle-orm";
import { type Scope, withTenant } from "#db/tenancy";
import { inngest } from "#inngest/client";
import { scoreTierChanged, segmentEntered, segmentLeft } from "#inngest/events";

/** Rows that are said in one request to the Inngest server. */
const saidTogether = 40;

type Announcement = {
  id: string;
  event: "segment.entered" | "segment.left" | "score.tier_changed";
  refId: string;
  tier: "cold" | "nurture" | "mql" | "sql" | null;
  contactIds: string[];
};

/**
 * Says in events what recalculations have committed, the oldest first. A row goes once its event is taken: said twice
 * after a crash in between, it carries the same id, which the server drops. Returns how many were said.
 */
export async function announceChanges(scope: Scope): Promise<number> {
  const { tenantId, workspaceId } = scope;
  for (let said = 0; ;) {
    const rows = await withTenant(scope, (tx) =>
      tx.execute<Announcement>(sql`
        select id, event, ref_id as "refId", tier, contact_ids as "contactIds"
        from contact_announcements order by id limit ${saidTogether}`),
    );
    if (rows.length === 0) return said;
    await inngest.send(rows.map((row) => eventOf({ tenantId, workspaceId }, row)));
    const ids = rows.map(({ id }) => id);
    await withTenant(scope, (tx) =>
      tx.execute(sql`delete from contact_announcements where id = any(${sql.param(ids)}::uuid[])`),
    );
    said += rows.length;
  }
}

function eventOf(
  scope: { tenantId: string; workspaceId: string },
  { id, event, refId, tier, contactIds }: Announcement,
) {
  const once = { id: `announcement:${id}` };
  if (event === "score.tier_changed")
    return scoreTierChanged.create({ ...scope, modelId: refId, tier: tier ?? "cold", contactIds }, once);
  const type = event === "segment.entered" ? segmentEntered : segmentLeft;
  return type.create({ ...scope, segmentId: refId, contactIds }, once);
}
