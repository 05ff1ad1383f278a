import { sql, type SQL } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { liveNumbers, type Numbers } from "./queries.ts";

const workspaceId = sql`(select nullif(current_setting('app.current_workspace_id', true), '')::uuid)`;

/** A launched campaign in short; `live` people are still on their way. */
export type CampaignInShort = {
  id: string;
  name: string;
  people: number;
  live: number;
  nextAt: Date | null;
  numbers: Numbers;
  completedAt: Date | null;
};

/** Something that waits for a person; `ref` is the id of what it is about. */
export type Need = {
  kind:
    "campaign_paused" | "messages_unknown" | "mailbox_down" | "import_failed" | "import_waiting" | "draft";
  ref: string;
  name: string;
  detail: string | null;
  count: number;
  at: Date;
};

export type Activity = {
  kind:
    | "launched"
    | "completed"
    | "paused"
    | "imported"
    | "undone"
    | "opened"
    | "clicked"
    | "unsubscribed"
    | "replied"
    | "bounced";
  ref: string;
  name: string;
  /** The last person who did it; others did so within the hour. */
  who: string | null;
  /** Contacts that an import brought; people who did it, of the last 200 acts of a campaign. */
  count: number | null;
  at: Date;
};

/** What a new workspace still has to do, in any order. */
export type Onboarding = {
  mailbox: boolean;
  postalAddress: boolean;
  contacts: boolean;
  campaign: boolean;
  launched: boolean;
  hidden: boolean;
};

export type Home = {
  running: CampaignInShort[];
  /** The newest that have ended, within 30 days. */
  completed: CampaignInShort[];
  needs: Need[];
  activity: Activity[];
  onboarding: Onboarding;
  timezone: string;
};

export async function loadHome(tx: TenantTx): Promise<Home> {
  const running = await listLaunched(tx, sql`k.status = 'active' order by k.launched_at desc limit 8`);
  const completed = await listLaunched(
    tx,
    sql`k.status = 'completed' and k.completed_at > app_now() - interval '30 days' order by k.completed_at desc limit 3`,
  );
  const needs = await listNeeds(tx);
  const activity = await listActivity(tx);
  const [state] = await tx.execute<Onboarding & { timezone: string }>(sql`
    select exists (select from email_accounts where status = 'active') as mailbox,
      coalesce(w.postal_address, '') <> '' as "postalAddress",
      exists (select from contacts where deleted_at is null) as contacts,
      exists (select from campaigns where deleted_at is null) as campaign,
      exists (select from campaigns where launched_at is not null) as launched,
      w.hide_onboarding as hidden, w.timezone
    from workspaces w where w.id = ${workspaceId}`);
  const { timezone = "UTC", ...onboarding } = state ?? {
    mailbox: false,
    postalAddress: false,
    contacts: false,
    campaign: false,
    launched: false,
    hidden: false,
  };
  return { running, completed, needs, activity, onboarding, timezone };
}

async function listLaunched(tx: TenantTx, which: SQL): Promise<CampaignInShort[]> {
  const rows = await tx.execute<Omit<CampaignInShort, "numbers">>(sql`
    select k.id, k.name, e.people, e.live, e.next_at as "nextAt", k.completed_at as "completedAt"
    from campaigns k cross join lateral (
      select count(*)::int as people, (count(*) filter (where e.status in ('enrolled', 'active', 'paused')))::int as live,
        min(e.next_email_scheduled_at) filter (where e.status in ('enrolled', 'active') and e.next_email_scheduled_at > app_now()) as next_at
      from campaign_contacts e where e.campaign_id = k.id
    ) e
    where k.deleted_at is null and k.archived_at is null and ${which}`);
  const numbers = await liveNumbers(
    tx,
    rows.map((row) => row.id),
  );
  return rows.map((row) => ({ ...row, numbers: numbers.of(row.id) }));
}

async function listNeeds(tx: TenantTx): Promise<Need[]> {
  const rows = await tx.execute<Need>(sql`
    select * from (
      select 'campaign_paused' as kind, id as ref, name, pause_reason as detail, 1 as count, coalesce(paused_at, updated_at) as at, 1 as rank
      from campaigns where status = 'paused' and deleted_at is null and archived_at is null
      union all
      select 'messages_unknown', k.id, k.name, null, count(*)::int, max(m.updated_at), 2
      from content.email_messages m join campaigns k on k.id = m.campaign_id
      where m.delivery_status = 'unknown' and k.deleted_at is null group by k.id, k.name
      union all
      select 'mailbox_down', id, email, coalesce(last_error, status_reason), 1, updated_at, 3
      from email_accounts where status in ('error', 'disabled')
      union all
      select 'import_failed', id, file_name, problem, 1, updated_at, 4
      from import_jobs where status = 'failed' and updated_at > app_now() - interval '14 days'
      union all
      select 'import_waiting', id, file_name, null, 1, updated_at, 5
      from import_jobs where status = 'awaiting_confirmation' and updated_at > app_now() - interval '14 days'
      union all
      (select 'draft', id, name, null, 1, updated_at, 6
      from campaigns where status = 'draft' and deleted_at is null and archived_at is null order by updated_at desc limit 3)
    ) needs order by rank, at desc limit 12`);
  return [...rows];
}

async function listActivity(tx: TenantTx): Promise<Activity[]> {
  const rows = await tx.execute<Activity>(sql`
    with recent as materialized (
      select id, name, launched_at, completed_at, paused_at, status from campaigns
      where launched_at is not null and deleted_at is null order by launched_at desc limit 10
    )
    select * from (
      select 'launched' as kind, id as ref, name, null as who, null::int as count, launched_at as at from recent
      union all select 'completed', id, name, null, null, completed_at from recent where completed_at is not null
      union all select 'paused', id, name, null, null, paused_at from recent where status = 'paused' and paused_at is not null
      union all (select case status when 'completed' then 'imported' else 'undone' end, id, file_name, null,
        case status when 'completed' then imported_count end, coalesce(rolled_back_at, completed_at, updated_at)
        from import_jobs where status in ('completed', 'rolled_back') order by id desc limit 5)
      union all select e.type, r.id, r.name, c.email, e.people, e.occurred_at
      from recent r cross join lateral (
        select type, (array_agg(contact_id order by occurred_at desc))[1] as contact_id,
          count(distinct contact_id)::int as people, max(occurred_at) as occurred_at
        from (
          select type, contact_id, occurred_at from email_events v
          where v.campaign_id = r.id and not v.is_machine and v.type in ('opened', 'clicked', 'unsubscribed', 'replied', 'bounced')
          order by occurred_at desc limit 200
        ) last group by type, date_trunc('hour', occurred_at)
      ) e left join contacts c on c.id = e.contact_id
    ) acts where at is not null order by at desc limit 12`);
  return [...rows];
}

export async function hideOnboarding(tx: TenantTx): Promise<void> {
  await tx.execute(
    sql`update workspaces set hide_onboarding = true, updated_at = app_now() where id = ${workspaceId}`,
  );
}
