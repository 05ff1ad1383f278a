import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { notify } from "#server/notifications/mutations";
import type { SendResult } from "#server/mail/smtp-result";

const minute = 60_000;
const pausesMs = [minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute];
/** A server that has refused the password so often in a row means it: one time may be a hiccup of its directory. */
export const refusalsMax = 3;
/** Whoever added the mailbox is told when it was not reached so often in a row. */
const toldAfter = 5;

/** Why nothing could be handed over. `refused`: the server lets nobody in who signs in like this. */
export type Unreached = { text: string; refused: boolean };

/** What the replies to a group say of the mailbox; null when its server took part. */
export function unreachedBy(replies: readonly SendResult[]): Unreached | null {
  const [first] = replies;
  if (!first || !replies.every(({ outcome }) => outcome === "not_sent")) return null;
  const refused = first.phase === "sign-in" && first.code !== undefined && first.code >= 500;
  return { text: first.text ?? "The mail server could not be reached.", refused };
}

/** `waitMs`: how long to leave the server alone, longer each time in a row. `failures`: how often in a row. */
export type MailboxTrouble = { waitMs: number; failures: number };

/** Notes whether the mailbox's server could be reached. Null when it works. */
export async function noteMailbox(
  tx: TenantTx,
  accountId: string,
  unreached: Unreached | null,
): Promise<MailboxTrouble | null> {
  if (unreached === null) {
    await tx.execute(sql`
      update email_accounts set consecutive_failures = 0, last_error = null
      where id = ${accountId}::uuid and (consecutive_failures > 0 or last_error is not null)`);
    return null;
  }
  const [row] = await tx.execute<{ failures: number; email: string; createdBy: string | null }>(sql`
    update email_accounts
    set consecutive_failures = consecutive_failures + 1, last_error = ${unreached.text}, updated_at = app_now()
    where id = ${accountId}::uuid returning consecutive_failures as failures, email, created_by as "createdBy"`);
  const failures = row?.failures ?? 1;
  if (row && failures === toldAfter)
    await notify(tx, {
      userId: row.createdBy,
      type: "mailbox.failed",
      title: `The server of ${row.email} cannot be reached`,
      body: `${unreached.text}. Its emails wait, and it is tried again every quarter of an hour.`,
      path: "/settings/mailboxes",
    });
  return { failures, waitMs: pausesMs[Math.min(failures, pausesMs.length) - 1] ?? minute };
}
