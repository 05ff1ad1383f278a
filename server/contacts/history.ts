import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";

/** Who does something to contacts: a person, or a campaign's action step. */
export type Author = { actorId: string | null; campaignId?: string };

type Note = Partial<Author> & {
  type: string;
  data?: Record<string, unknown>;
  ref?: { type: string; id: string };
};

/** Notes on a contact's timeline what happened to it, in the transaction in which it happens. `type` is noun.verb. */
export const noteOnTimeline = (tx: TenantTx, { contactId, ...note }: Note & { contactId: string }) =>
  noteOnTimelines(tx, [contactId], note);

/** The same note on the timelines of many. */
export async function noteOnTimelines(
  tx: TenantTx,
  contactIds: readonly string[],
  { type, ref, actorId, campaignId, data }: Note,
): Promise<void> {
  if (contactIds.length === 0) return;
  await tx.execute(sql`insert into contact_events (contact_id, type, ref_type, ref_id, actor_id, data)
    select id, ${type}, ${ref?.type ?? null}, ${ref?.id ?? null}::uuid, ${actorId ?? null}::uuid,
      ${JSON.stringify({ ...data, ...(campaignId && { campaignId }) })}::jsonb
    from unnest(${sql.param([...contactIds])}::uuid[]) as id`);
}
