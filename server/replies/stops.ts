import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { Exit } from "#server/enrollments/exits";
import type { ExitReason } from "#server/enrollments/reasons";
import { publicDomains } from "#server/mail/public-domains";
import type { Answered } from "./match.ts";

export type Stop = Exit & { campaignId: string };

/**
 * Whom a human reply takes out of which campaigns. Nobody when the answered campaign does not stop on replies; else
 * its own contact, as far as its `reply_reach` goes among campaigns that stop on replies too, and their colleagues in
 * it where it says so.
 */
export function stopsAfterReply(
  tx: TenantTx,
  { campaignId, contactId, emailAccountId }: Answered,
): Promise<Stop[]> {
  return tx.execute<Stop>(sql`
    with answered as (
      select k.id, s.reply_reach, s.stop_company_on_reply from campaigns k join campaign_settings s on s.campaign_id = k.id
      where k.id = ${campaignId}::uuid and k.reply_stops
    ), own as (
      select e.id as "enrollmentId", e.campaign_id as "campaignId", ${"replied" satisfies ExitReason} as reason
      from answered a join campaign_contacts e on e.contact_id = ${contactId}::uuid
        join campaigns k on k.id = e.campaign_id and k.reply_stops
      where e.status in ('enrolled', 'active', 'paused')
        and (e.campaign_id = a.id or a.reply_reach = 'workspace'
          or (a.reply_reach = 'sender' and (k.email_account_id = ${emailAccountId}::uuid or k.rotation_pool_id in (
            select m.pool_id from pool_members m where m.email_account_id = ${emailAccountId}::uuid))))
    ), company as (
      select split_part(c.email_normalized, '@', 2) as domain from contacts c
      where c.id = ${contactId}::uuid and split_part(c.email_normalized, '@', 2) <> all(${sql.param([...publicDomains])}::text[])
    )
    select * from own
    union all
    select e.id, e.campaign_id, ${"colleague_replied" satisfies ExitReason}
    from answered a join campaign_contacts e on a.stop_company_on_reply and e.campaign_id = a.id
      join contacts c on c.id = e.contact_id join company d on split_part(c.email_normalized, '@', 2) = d.domain
    where e.status in ('enrolled', 'active', 'paused') and e.contact_id <> ${contactId}::uuid`);
}

/** The enrollment that an automatic answer ends: its own, where the campaign says so. */
export function stopsAfterAutoReply(tx: TenantTx, { enrollmentId }: Answered): Promise<Stop[]> {
  return tx.execute<Stop>(sql`
    select e.id as "enrollmentId", e.campaign_id as "campaignId", ${"auto_reply" satisfies ExitReason} as reason
    from campaign_contacts e join campaign_settings s on s.campaign_id = e.campaign_id and s.stop_on_auto_reply
    where e.id = ${enrollmentId}::uuid and e.status in ('enrolled', 'active', 'paused')`);
}

/** The campaigns in which these contacts are on their way. */
export async function campaignsWith(tx: TenantTx, contactIds: readonly string[]): Promise<string[]> {
  const rows = await tx.execute<{ id: string }>(sql`
    select distinct campaign_id as id from campaign_contacts
    where contact_id = any(${sql.param([...contactIds])}::uuid[]) and status in ('enrolled', 'active', 'paused')`);
  return rows.map(({ id }) => id);
}
