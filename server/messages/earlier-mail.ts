import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { publicDomains } from "#server/mail/public-domains";

/** `domain` is that of the limit, `*` for every company. */
type NewLimit = { domain: string; hourlyLimit: number | null };

/**
 * Counts what receiving domains have had today and within the hour, and what has its slot, against a limit that was just
 * set: messages written while they had none are not marked as counting, and a limit that is set because a provider
 * slows down would let a whole share more through. Hold the limit's row; messages are locked after it.
 */
export async function countEarlierMail(tx: TenantTx, { domain, hourlyLimit }: NewLimit): Promise<void> {
  const limited =
    domain === "*"
      ? sql`m.recipient_domain <> all(${sql.param([...publicDomains])}::text[]) and not exists (
          select from sending_limits l where l.kind = 'recipient_domain' and l.domain = m.recipient_domain)`
      : sql`m.recipient_domain = ${domain}`;
  const columns = sql`m.id, m.recipient_domain as domain, m.recipient_day, m.delivery_status as status`;
  await tx.execute(sql`
    with today as materialized (
      select w.timezone as zone, least(date_trunc('day', app_now(), w.timezone), app_now() - interval '1 hour') as since
      from workspaces w where w.id = current_setting('app.current_workspace_id')::uuid
    ), messages as materialized (
      select m.*, (m.at at time zone t.zone)::date as day
      from today t cross join email_accounts a cross join lateral (
        select ${columns}, m.sent_at as at from content.email_messages m
        where m.email_account_id = a.id and m.direction = 'outbound' and m.sent_at >= t.since and ${limited}
        union all
        select ${columns}, m.claimed_at from content.email_messages m
        where m.email_account_id = a.id and m.delivery_status in ('sending', 'unknown') and m.sent_at is null
          and m.claimed_at >= t.since and ${limited}
        union all
        select ${columns}, m.scheduled_for from content.email_messages m
        where m.email_account_id = a.id and m.delivery_status = 'queued' and m.scheduled_for is not null and ${limited}
      ) m
    ), ranked as (
      select id, day, recipient_day, row_number() over (partition by domain order by at desc) as nth
      from messages where status not in ('queued', 'sending', 'unknown') and at > app_now() - interval '1 hour'
    ), unmarked as (
      select id, day from messages where status in ('queued', 'sending', 'unknown') and recipient_day is null
      union all
      -- Older ones of the hour make no difference: the limit is reached by these.
      select id, day from ranked where nth <= ${hourlyLimit ?? 0} and recipient_day is null
    ), locked as materialized (
      select m.id, u.day from unmarked u join content.email_messages m on m.id = u.id order by m.id for no key update of m
    ), marked as (
      update content.email_messages m set recipient_day = l.day from locked l where m.id = l.id
    )
    insert into recipient_usage as u (domain, day, used)
    select domain, day, count(*)::int from messages group by 1, 2 order by 1, 2
    on conflict (tenant_id, workspace_id, domain, day) do update set used = greatest(u.used, excluded.used)`);
}
