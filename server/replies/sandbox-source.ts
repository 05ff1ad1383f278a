import { listDeliveries, newestDelivery, readDeliveries } from "#server/sandbox/deliveries";
import type { MailSource } from "./mail-source.ts";

/** What came back to a mailbox of the built-in sandbox. */
export async function openSandbox(mailboxId: string): Promise<MailSource> {
  return {
    validity: "sandbox",
    newest: await newestDelivery(mailboxId),
    listAfter: (above, limit) => listDeliveries(mailboxId, { above, limit }),
    listSince: (since, limit) => listDeliveries(mailboxId, { since, limit }),
    async *read(uids) {
      yield* await readDeliveries(mailboxId, uids);
    },
    folders: async () => [],
    open: () => Promise.reject(new Error("The sandbox has no folders but the inbox.")),
    close: async () => undefined,
  };
}
