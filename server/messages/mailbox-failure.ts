import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { notify } from "#server/notifications/mutations";
import { pauseAndTell } from "./guards.ts";

type Using = { id: string; name: string; launchedBy: string | null };

/** Mailboxes that rest go on by themselves: a pool that has one is not without a sender. */
const willSend = sql`('active', 'cooling_down', 'rate_limited')`;

/**
 * Takes a mailbox out of use until somebody has mended it, tells who added it, and pauses the running campaigns that
 * have no other: nobody's emails wait without a word. `problem` is a sentence. Nothing is done to one that is out of use
 * already.
 */
export async function failMailbox(tx: TenantTx, accountId: string, problem: string): Promise<void> {
  // Campaigns come before mailboxes, as when one is resumed. Of two mailboxes of a pool that fail at once the later one
  // waits here, and sees the other's failure.
  const using = await tx.execute<Using>(sql`
    select k.id, k.name, k.launched_by as "launchedBy" from campaigns k
    where k.status = 'active' and k.deleted_at is null
      and (k.rotation_pool_id is null and k.email_account_id = ${accountId}::uuid or k.rotation_pool_id in (
        select m.pool_id from pool_members m where m.email_account_id = ${accountId}::uuid and m.status = 'active'))
    order by k.id for no key update`);
  const [failed] = await tx.execute<{ email: string; createdBy: string | null }>(sql`
    update email_accounts set status = 'error', status_reason = ${problem}, last_error = ${problem}, updated_at = app_now()
    where id = ${accountId}::uuid and status in ${willSend} returning email, created_by as "createdBy"`);
  if (!failed) return;
  const { email, createdBy } = failed;
  await notify(tx, {
    userId: createdBy,
    type: "mailbox.failed",
    title: `${email} cannot send any more`,
    body: `${problem} Correct its server and password under Settings, Mailboxes.`,
    path: "/settings/mailboxes",
  });
  for (const campaign of await withoutSender(tx, using))
    await pauseAndTell(tx, campaign, {
      what: `${email} cannot send any more`,
      why: `${email} cannot send any more: ${problem} Correct its server and password under Settings, Mailboxes, and resume.`,
      facts: { reason: "mailbox", emailAccountId: accountId },
    });
}

async function withoutSender(tx: TenantTx, using: readonly Using[]): Promise<Using[]> {
  const rows = await tx.execute<{ id: string }>(sql`
    select k.id from campaigns k
    where k.id = any(${sql.param(using.map(({ id }) => id))}::uuid[]) and not exists (
      select from email_accounts a
      where a.status in ${willSend} and (k.rotation_pool_id is null and a.id = k.email_account_id
        or a.id in (select m.email_account_id from pool_members m where m.pool_id = k.rotation_pool_id and m.status = 'active')))`);
  const ids = new Set(rows.map(({ id }) => id));
  return using.filter(({ id }) => ids.has(id));
}
