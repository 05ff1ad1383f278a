import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";

/** Notes on a contact's timeline what happened to it, in the transaction in which it happens. `type` is noun.verb. */
export async function noteOnTimeline(
  tx: TenantTx,
  note: {
    contactId: string;
    type: string;
    actorId?: string;
    data?: Record<string, unknown>;
    ref?: { type: string; id: string };
  },
): Promise<void> {
  await tx.execute(sql`insert into contact_events (contact_id, type, ref_type, ref_id, actor_id, data)
    values (${note.contactId}::uuid, ${note.type}, ${note.ref?.type ?? null}, ${note.ref?.id ?? null}::uuid,
      ${note.actorId ?? null}::uuid, ${JSON.stringify(note.data ?? {})}::jsonb)`);
}
