import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { Hold } from "#server/planner/slots";

/**
 * Locks what campaigns and mailboxes share, so that everybody who counts against their limits takes turns. First
 * in the one lock order: limits, then messages, then enrollments.
 */
export async function lockLimits(
  tx: TenantTx,
  { campaignIds, accountIds }: { campaignIds: readonly string[]; accountIds: readonly string[] },
): Promise<void> {
  if (campaignIds.length > 0) {
    await tx.execute(sql`select 1 from campaign_settings where campaign_id = any(${sql.param(campaignIds)}::uuid[])
      order by campaign_id for no key update`);
  }
  if (accountIds.length > 0) {
    await tx.execute(sql`select 1 from email_accounts where id = any(${sql.param(accountIds)}::uuid[])
      order by id for no key update`);
  }
}

/** What a mailbox that cannot send now is waiting for, as the campaign's `why` says it. */
export type Block = Hold | "campaign_not_active" | "no_mailbox" | "mailbox_inactive" | "pool_unfit";

/**
 * CTEs (`back_campaign`, `back_mailbox`, `back_recipients`) that give the slots of the messages in the CTE `source` back to their days.
 * `counted` says as what they stand there: reserved while queued, sent once claimed. Hold the limits' locks.
 */
export function slotsBack(source: SQL, counted: "reserved" | "sent"): SQL {
  const column = sql.identifier(counted);
  return sql`
    back_campaign as (
      update campaign_usage u set ${column} = u.${column} - b.count
      from (select campaign_id, campaign_day, count(*)::int as count from ${source} where campaign_day is not null group by 1, 2) b
      where u.campaign_id = b.campaign_id and u.day = b.campaign_day
    ), back_mailbox as (
      update mailbox_usage u set ${column} = u.${column} - b.count
      from (select email_account_id, mailbox_day, count(*)::int as count from ${source} where mailbox_day is not null group by 1, 2) b
      where u.email_account_id = b.email_account_id and u.day = b.mailbox_day
    ), back_recipients as (
      update recipient_usage u set used = u.used - b.count
      from (select recipient_domain, recipient_day, count(*)::int as count from ${source} where recipient_day is not null group by 1, 2) b
      where u.domain = b.recipient_domain and u.day = b.recipient_day
    )`;
}
