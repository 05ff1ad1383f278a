import { withTenant } from "#db/tenancy";
import { commitThenSend, type EventScope, queuedEvent } from "#server/drivers/events";
import { handOver, takeOver } from "#server/drivers/mutations";
import { messagesSent } from "#server/metrics";
import { sendFromMailbox, type SendSlice } from "./send.ts";

/** One step of a run sends for about this long. */
const sliceMs = 5_000;

type OfMailbox = EventScope & { emailAccountId: string };
const laneOf = ({ emailAccountId }: OfMailbox) => ({ table: "mailbox_lanes", id: emailAccountId }) as const;
const scopeOf = ({ tenantId, workspaceId }: EventScope): EventScope => ({ tenantId, workspaceId });

/** Makes this run the mailbox's sender: its fence, or null when another one is. */
export function startLane(mailbox: OfMailbox, runId: string): Promise<number | null> {
  return withTenant(scopeOf(mailbox), (tx) => takeOver(tx, laneOf(mailbox), { runId }));
}

export async function sendNext(mailbox: OfMailbox & { fence: number }): Promise<SendSlice> {
  const lane = { accountId: mailbox.emailAccountId, fence: mailbox.fence };
  const slice = await sendFromMailbox(scopeOf(mailbox), lane, sliceMs);
  messagesSent.inc({ outcome: "sent" }, slice.sent);
  messagesSent.inc({ outcome: "other" }, slice.others);
  return slice;
}

/** Calls for a fresh run of the mailbox in place of this one. */
export async function renewLane(mailbox: OfMailbox & { fence: number }): Promise<boolean> {
  const { called } = await commitThenSend(scopeOf(mailbox), async (tx) => {
    const fence = await handOver(tx, laneOf(mailbox), mailbox.fence);
    return {
      called: fence !== null,
      events: fence === null ? [] : [queuedEvent(scopeOf(mailbox), mailbox.emailAccountId, fence)],
    };
  });
  return called;
}
