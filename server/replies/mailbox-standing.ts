import { sql } from "drizzle-orm";
import { type TenantTx, withTenant } from "#db/tenancy";
import type { EventScope } from "#server/drivers/events";
import { pauseOnBounces } from "#server/messages/bounce-guard";
import { pauseOnComplaints } from "#server/messages/complaint-guard";
import { lockLimits } from "#server/messages/limits";
import { notify } from "#server/notifications/mutations";

/** Counts on the mailbox's own day what came back to it. */
export async function countOnMailbox(
  tx: TenantTx,
  accountId: string | null,
  what: "bounced" | "complained",
): Promise<void> {
  if (accountId === null) return;
  await lockLimits(tx, { campaignIds: [], accountIds: [accountId] });
  const column = sql.identifier(what);
  await tx.execute(sql`
    insert into mailbox_usage as u (email_account_id, day, ${column})
    select id, (app_now() at time zone timezone)::date, 1 from email_accounts where id = ${accountId}::uuid
    on conflict (tenant_id, email_account_id, day) do update set ${column} = u.${column} + 1, updated_at = app_now()`);
}

/** Receivers shut out a sender who goes on like this; what is judged lies within a day. */
const limits = { judgedMin: 50, bounceShareMax: 0.05, complaintsMax: 1, blocksMax: 3 };

type Day = {
  sent: number;
  bounced: number;
  blocked: number;
  complained: number;
  status: string;
  email: string;
  createdBy: string | null;
};

/**
 * Lets a mailbox rest when it stands too badly: an hour when receivers block it, a day when too much bounces, two when
 * people complain. `wakeRested` lets it go on.
 */
async function coolDownMailbox(tx: TenantTx, accountId: string): Promise<void> {
  const [day] = await tx.execute<Day>(sql`
    select n.*, a.status, a.email, a.created_by as "createdBy"
    from (select * from email_accounts where id = ${accountId}::uuid for no key update) a
    cross join (
      select count(*)::int as sent, (count(bounced_at))::int as bounced, (count(complained_at))::int as complained,
        (count(*) filter (where bounce_type = 'block' and bounced_at > app_now() - interval '1 hour'))::int as blocked
      from content.email_messages
      where email_account_id = ${accountId}::uuid and sent_at > app_now() - interval '24 hours' and direction = 'outbound'
    ) n`);
  if (day?.status !== "active") return;
  const rest = restFor(day);
  if (!rest) return;
  await tx.execute(sql`
    update email_accounts
    set status = 'cooling_down', status_reason = ${rest.why}, status_until = app_now() + make_interval(hours => ${rest.hours}), updated_at = app_now()
    where id = ${accountId}::uuid`);
  await notify(tx, {
    userId: day.createdBy,
    type: "mailbox.cooling_down",
    title: `${day.email} rests for ${rest.hours === 1 ? "an hour" : `${rest.hours} hours`}`,
    body: rest.why,
    path: "/settings/mailboxes",
  });
}

function restFor({ sent, bounced, blocked, complained }: Day): { hours: number; why: string } | null {
  if (complained > limits.complaintsMax)
    return { hours: 48, why: `${complained} people marked its mail as spam within a day.` };
  if (sent >= limits.judgedMin && bounced > sent * limits.bounceShareMax)
    return { hours: 24, why: `${bounced} of its last ${sent} emails came back within a day.` };
  if (blocked >= limits.blocksMax)
    return { hours: 1, why: `${blocked} emails were refused because of their sender within an hour.` };
  return null;
}

/**
 * Judges campaigns and mailboxes anew after messages of theirs came back: once for all of them, since it counts what
 * they sent within a day.
 */
export async function judgeSenders(
  scope: EventScope,
  returned: readonly { campaignId: string | null; emailAccountId: string | null }[],
): Promise<void> {
  const distinct = (ids: (string | null)[]) => [...new Set(ids)].filter((id) => id !== null).sort();
  const campaignIds = distinct(returned.map((each) => each.campaignId));
  const accountIds = distinct(returned.map((each) => each.emailAccountId));
  if (returned.length === 0) return;
  await withTenant(scope, async (tx) => {
    await pauseOnBounces(tx, campaignIds);
    await pauseOnComplaints(tx, campaignIds);
    for (const accountId of accountIds) await coolDownMailbox(tx, accountId);
  });
}
