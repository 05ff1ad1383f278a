import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { Given } from "#server/planner/plan";

/** Counts the slots against the days they lie on, and the pace of who sends them. Hold the limits' locks. */
export async function reserve(
  tx: TenantTx,
  { campaignId }: { campaignId: string },
  given: readonly Given[],
): Promise<void> {
  if (given.length === 0) return;
  const slots = sql`unnest(${sql.param(given.map(({ slot }) => slot.mailboxId))}::uuid[],
    ${sql.param(given.map(({ slot }) => slot.day))}::date[],
    ${sql.param(given.map(({ slot }) => slot.mailboxDay))}::date[],
    ${sql.param(given.map(({ slot }) => new Date(slot.at).toISOString()))}::timestamptz[]) as s(mailbox_id, day, mailbox_day, at)`;
  await tx.execute(sql`
    insert into campaign_usage as u (campaign_id, day, reserved)
    select ${campaignId}::uuid, s.day, count(*)::int from ${slots} group by s.day order by s.day
    on conflict (tenant_id, campaign_id, day) do update set reserved = u.reserved + excluded.reserved`);
  await tx.execute(sql`
    insert into mailbox_usage as u (email_account_id, day, reserved, last_slot_at)
    select s.mailbox_id, s.mailbox_day, count(*)::int, max(s.at) from ${slots} group by 1, 2 order by 1, 2
    on conflict (tenant_id, email_account_id, day) do update
    set reserved = u.reserved + excluded.reserved, last_slot_at = greatest(u.last_slot_at, excluded.last_slot_at)`);
  await tx.execute(sql`
    insert into campaign_paces as p (campaign_id, email_account_id, last_slot_at)
    select ${campaignId}::uuid, s.mailbox_id, max(s.at) from ${slots} group by 2 order by 2
    on conflict (tenant_id, campaign_id, email_account_id) do update
    set last_slot_at = greatest(p.last_slot_at, excluded.last_slot_at)`);
  const limited = given.filter(({ recipientDay }) => recipientDay !== null);
  if (limited.length === 0) return;
  await tx.execute(sql`
    insert into recipient_usage as u (domain, day, used)
    select r.domain, r.day, count(*)::int
    from unnest(${sql.param(limited.map(({ person }) => person.domain))}::text[],
      ${sql.param(limited.map(({ recipientDay }) => recipientDay))}::date[]) as r(domain, day)
    group by 1, 2 order by 1, 2
    on conflict (tenant_id, workspace_id, domain, day) do update set used = u.used + excluded.used`);
}
