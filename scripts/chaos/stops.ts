import { surely } from "./api.ts";
import { asOwner } from "./product.ts";
import type { World } from "./world.ts";

/**
 * What may not be claimed any more from a moment on: emails of a paused campaign, or to somebody who asked for no more or
 * was suppressed. Whatever was claimed by then (`claimed`, ids) may still arrive.
 */
export type Stop = {
  what: "paused" | "unsubscribed" | "suppressed";
  campaignId: string | null;
  to: string | null;
  /** When it had been answered, of the machine's clock (epoch ms), and until when it held. */
  answered: number;
  till: number;
  /** From when on (epoch ms) what is not among the claimed is a breach: they have been read by then. */
  since: number;
  claimed: ReadonlySet<string>;
  /** Of the claimed, how many were on their way at that moment, by mailbox. */
  inHand: ReadonlyMap<string, number>;
};

type Row = { id: string; mailbox: string; sending: boolean };

/** Reads what had been claimed when a stop was answered; call it at once. It holds until `till` is set. */
export async function noteStop(
  world: World,
  stopped: Pick<Stop, "what" | "campaignId" | "to">,
): Promise<Stop> {
  const answered = Date.now();
  const { campaignId, to } = stopped;
  const rows = await surely("what is claimed", () =>
    asOwner(
      world.product,
      (sql) => sql<Row[]>`
      select id, email_account_id as mailbox, delivery_status = 'sending' as sending from content.email_messages
      where tenant_id = ${world.tenant.tenantId} and claimed_at is not null
        and (campaign_id = ${campaignId}::uuid or to_email = ${to})`,
    ),
  );
  const inHand = new Map<string, number>();
  for (const { mailbox, sending } of rows) if (sending) inHand.set(mailbox, (inHand.get(mailbox) ?? 0) + 1);
  const claimed = new Set(rows.map(({ id }) => id));
  const stop = { ...stopped, answered, since: Date.now(), till: Infinity, claimed, inHand };
  world.stops.push(stop);
  return stop;
}
