import type postgres from "postgres";

/** Every cached number of a tenant's campaigns against a plain recount of the rows it stands for; sentences of those that differ. */
export async function recount(sql: postgres.Sql, tenantId: string): Promise<string[]> {
  const rows = await sql<{ what: string; cached: number; counted: number }[]>`
    with k as (select * from campaigns where tenant_id = ${tenantId}),
    m as (select * from content.email_messages where tenant_id = ${tenantId} and direction = 'outbound' and not is_test),
    e as (select * from campaign_contacts where tenant_id = ${tenantId}),
    v as (select * from email_events where tenant_id = ${tenantId}),
    l as (select * from enrollment_step_log where tenant_id = ${tenantId}),
    numbers as (
      select 'emails sent of campaign ' || k.id as what, k.emails_sent as cached,
        (select count(*) from m where m.campaign_id = k.id and m.sent_at is not null) as counted from k
      union all select 'people of campaign ' || k.id, k.total_contacts, (select count(*) from e where e.campaign_id = k.id) from k
      union all select 'emails of step ' || s.id, s.emails_sent, (select count(*) from m where m.step_id = s.id and m.sent_at is not null)
        from campaign_steps s where s.tenant_id = ${tenantId}
      union all select 'emails of enrollment ' || e.id, e.total_emails_sent,
        (select count(*) from m where m.enrollment_id = e.id and m.sent_at is not null) from e
      union all select 'emails opened of enrollment ' || e.id, e.total_opens,
        (select count(*) from m where m.enrollment_id = e.id and m.first_opened_at is not null) from e
      union all select 'emails clicked of enrollment ' || e.id, e.total_clicks,
        (select count(*) from m where m.enrollment_id = e.id and m.first_clicked_at is not null) from e
      union all select 'opens of message ' || m.id, m.open_count,
        (select count(*) from v where v.message_id = m.id and v.type = 'opened' and not v.is_machine) from m
      union all select 'machine opens of message ' || m.id, m.machine_open_count,
        (select count(*) from v where v.message_id = m.id and v.type = 'opened' and v.is_machine) from m
      union all select 'clicks of message ' || m.id, m.click_count,
        (select count(*) from v where v.message_id = m.id and v.type = 'clicked' and not v.is_machine) from m
      -- Counted when the campaign ended: who opened an email after that is in the live numbers only.
      union all select 'emails opened of campaign ' || k.id, k.emails_opened, least(greatest(k.emails_opened,
          (select count(*) from m where m.campaign_id = k.id and m.first_opened_at < k.completed_at - interval '5 minutes')),
          (select count(m.first_opened_at) from m where m.campaign_id = k.id)) from k
      union all select 'emails clicked of campaign ' || k.id, k.emails_clicked, least(greatest(k.emails_clicked,
          (select count(*) from m where m.campaign_id = k.id and m.first_clicked_at < k.completed_at - interval '5 minutes')),
          (select count(m.first_clicked_at) from m where m.campaign_id = k.id)) from k
      union all select 'steps of enrollment ' || e.id, e.steps_completed,
        (select count(*) from l where l.enrollment_id = e.id and l.outcome <> 'exited') from e
      union all select 'slots kept of campaign ' || u.campaign_id || ' on ' || u.day, u.reserved,
        (select count(*) from m where m.campaign_id = u.campaign_id and m.campaign_day = u.day and m.delivery_status = 'queued')
        from campaign_usage u where u.tenant_id = ${tenantId}
      union all select 'slots used of campaign ' || u.campaign_id || ' on ' || u.day, u.sent,
        (select count(*) from m where m.campaign_id = u.campaign_id and m.campaign_day = u.day and m.delivery_status <> 'queued')
        from campaign_usage u where u.tenant_id = ${tenantId}
      union all select 'slots used of mailbox ' || u.email_account_id || ' on ' || u.day, u.sent,
        (select count(*) from m where m.email_account_id = u.email_account_id and m.mailbox_day = u.day and m.delivery_status <> 'queued')
        from mailbox_usage u where u.tenant_id = ${tenantId}
      union all select 'tasks of campaign ' || k.id,
        (select count(*) from tasks t where t.tenant_id = ${tenantId} and t.campaign_id = k.id),
        (select count(*) from l join campaign_steps s on s.id = l.step_id
          where l.campaign_id = k.id and s.action_type = 'create_task' and l.outcome = 'acted') from k
      union all select 'keys that stand twice in the ledger', 0,
        (select count(*) from (select idempotency_key from m group by 1 having count(*) > 1) twice)
    )
    select what, cached::int, counted::int from numbers where cached <> counted`;
  return rows.map(sentence);
}

export const sentence = ({
  what,
  cached,
  counted,
}: {
  what: string;
  cached: unknown;
  counted: unknown;
}): string => `recount: ${what}: ${String(cached)} is kept, and ${String(counted)} is counted`;
