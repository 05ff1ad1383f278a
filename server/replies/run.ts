import { withTenant } from "#db/tenancy";
import { commitThenSend, type EventScope, readDueEvent } from "#server/drivers/events";
import { handOver, takeOver } from "#server/drivers/mutations";
import { readMailbox, type ReadSlice } from "./read.ts";
import { ensureReader } from "./reader.ts";

/** One step of a run reads for about this long. */
const sliceMs = 10_000;

type OfMailbox = EventScope & { emailAccountId: string };
const readerOf = ({ emailAccountId }: OfMailbox) =>
  ({ table: "mailbox_readers", id: emailAccountId }) as const;
const scopeOf = ({ tenantId, workspaceId }: EventScope): EventScope => ({ tenantId, workspaceId });

/** Makes this run the mailbox's reader: its fence, or null when another one is, or the mailbox is gone. */
export function startReader(mailbox: OfMailbox, runId: string): Promise<number | null> {
  return withTenant(scopeOf(mailbox), async (tx) => {
    await ensureReader(tx, mailbox.emailAccountId);
    return takeOver(tx, readerOf(mailbox), { runId });
  });
}

export function readNext(mailbox: OfMailbox & { fence: number }): Promise<ReadSlice> {
  return readMailbox(scopeOf(mailbox), { accountId: mailbox.emailAccountId, fence: mailbox.fence }, sliceMs);
}

/** Calls for a fresh run of the reader in place of this one. */
export async function renewReader(mailbox: OfMailbox & { fence: number }): Promise<boolean> {
  const { called } = await commitThenSend(scopeOf(mailbox), async (tx) => {
    const fence = await handOver(tx, readerOf(mailbox), mailbox.fence);
    return {
      called: fence !== null,
      events: fence === null ? [] : [readDueEvent(scopeOf(mailbox), mailbox.emailAccountId, fence)],
    };
  });
  return called;
}
