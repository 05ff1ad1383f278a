import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { SendingLimitKind } from "./schema.ts";

/** `domain` names the sending or receiving domain; empty for the workspace, `*` for every other receiving domain. */
export type SendingLimit = {
  id: string;
  kind: SendingLimitKind;
  domain: string;
  dailyLimit: number | null;
  hourlyLimit: number | null;
};

/**
 * What one address gets from all campaigns of the organization together. Null: no limit. An email that was put off for it
 * so many times, `delaysMax`, is skipped.
 */
export type ContactCaps = { perDay: number | null; hoursApart: number | null; delaysMax: number | null };

export type WideLimits = { limits: SendingLimit[]; contact: ContactCaps };

const columns = sql`l.id, l.kind, l.domain, l.daily_limit as "dailyLimit", l.hourly_limit as "hourlyLimit"`;
const contactCaps = sql`
  select contact_emails_per_day as "perDay", contact_hours_apart as "hoursApart",
    contact_delays_max as "delaysMax" from tenant_policies`;

/** The limits that campaigns and mailboxes share: the workspace's, of domains and of receiving domains. */
export async function loadWideLimits(tx: TenantTx): Promise<WideLimits> {
  const limits = await tx.execute<SendingLimit>(
    sql`select ${columns} from sending_limits l order by l.kind, l.domain`,
  );
  return { limits: [...limits], contact: await findContactCaps(tx) };
}

export async function findContactCaps(tx: TenantTx): Promise<ContactCaps> {
  const [contact] = await tx.execute<ContactCaps>(contactCaps);
  return contact ?? { perDay: null, hoursApart: null, delaysMax: null };
}

/**
 * Locks them until the transaction ends, so that everybody who counts against them takes turns, and reads them. Before
 * campaigns and mailboxes in the one lock order.
 */
export async function lockWideLimits(tx: TenantTx): Promise<WideLimits> {
  const [row] = await tx.execute<{ limits: SendingLimit[] | null } & ContactCaps>(sql`
    with locked as materialized (
      select ${columns} from sending_limits l order by l.kind, l.domain for no key update
    ), contact as (${contactCaps})
    select (select json_agg(locked) from locked) as limits,
      (select "perDay" from contact) as "perDay", (select "hoursApart" from contact) as "hoursApart",
      (select "delaysMax" from contact) as "delaysMax"`);
  return {
    limits: row?.limits ?? [],
    contact: {
      perDay: row?.perDay ?? null,
      hoursApart: row?.hoursApart ?? null,
      delaysMax: row?.delaysMax ?? null,
    },
  };
}

/** `usedToday` counts what has left by the mailboxes' own days; of receiving domains what is queued too. */
export type ListedLimit = SendingLimit & { usedToday: number };

/** Every limit, and the domains of the workspace's mailboxes, which may have one. */
export async function listSendingLimits(tx: TenantTx): Promise<{ limits: ListedLimit[]; domains: string[] }> {
  const limits = await tx.execute<ListedLimit>(sql`
    select ${columns}, case l.kind
      when 'recipient_domain' then coalesce((select sum(u.used) from recipient_usage u
        where u.domain = l.domain and u.day = (app_now() at time zone w.timezone)::date), 0)
      else coalesce((select sum(u.sent) from mailbox_usage u join email_accounts a on a.id = u.email_account_id
        where u.day = (app_now() at time zone a.timezone)::date
          and (l.kind = 'workspace' or split_part(lower(a.email), '@', 2) = l.domain)), 0) end::int as "usedToday"
    from sending_limits l join workspaces w on w.id = l.workspace_id
    order by array_position(array['workspace', 'domain', 'recipient_domain'], l.kind), l.domain`);
  const domains = await tx.execute<{ domain: string }>(sql`
    select distinct split_part(lower(email), '@', 2) as domain from email_accounts where status <> 'disabled' order by 1`);
  return { limits: [...limits], domains: domains.map(({ domain }) => domain) };
}
