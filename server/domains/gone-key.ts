import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { pauseAndTell } from "#server/messages/guards";
import { notify } from "#server/notifications/mutations";
import { domainOf } from "./names.ts";
import { senderDomains } from "./queries.ts";

type Domain = { id: string; domain: string; createdBy: string | null };

/** A name server that is being moved may say for a moment that there is nothing. */
const goneForMinutes = 50;

/** The record of a domain's key, which was there, is gone: who added the domain is told. */
export async function tellOfGoneKey(tx: TenantTx, { id, domain, createdBy }: Domain): Promise<void> {
  await recordAct(tx, { actorId: null, action: "domain.failed", resourceType: "domain", resourceId: id });
  await notify(tx, {
    userId: createdBy,
    type: "domain.failed",
    title: `The DKIM record of ${domain} cannot be found any more`,
    body: "Receivers cannot check the signature of its mail, and may take it for spam. Campaigns that write from it alone are paused when it is still gone in an hour.",
    path: `/settings/domains/${id}`,
  });
}

type Running = { id: string; name: string; launchedBy: string | null; senders: string[] };

/**
 * Pauses the running campaigns of which every sender is of a domain whose record is still gone, once: whoever launches or
 * resumes one since then has been warned, and it goes on. Mail of the sandbox is nobody's to judge.
 */
export async function pauseWithoutKey(tx: TenantTx, { id, domain }: Domain): Promise<void> {
  const running = await tx.execute<Running>(sql`
    with since as materialized (
      select max(created_at) as at from audit_log
      where resource_type = 'domain' and resource_id = ${id}::uuid and action = 'domain.failed'
    )
    select k.id, k.name, k.launched_by as "launchedBy", case when k.rotation_pool_id is null then array[k.from_email::text]
        else array(select a.email::text from pool_members m join email_accounts a on a.id = m.email_account_id
          where m.pool_id = k.rotation_pool_id and m.status = 'active') end as senders
    from campaigns k cross join since left join email_accounts a on a.id = k.email_account_id
    where k.status = 'active' and k.deleted_at is null and a.provider is distinct from 'sandbox'
      and since.at <= app_now() - make_interval(mins => ${goneForMinutes}) and k.launched_at < since.at
      and not exists (select from audit_log l where l.resource_type = 'campaign' and l.resource_id = k.id
        and l.action = 'campaign.resumed' and l.created_at > since.at)
    order by k.id`);
  const names = running.flatMap(({ senders }) => senders.map(domainOf));
  const covered = await senderDomains(tx, names);
  const unsigned = new Set(covered.filter(({ signed, gone }) => !signed && gone).map(({ name }) => name));
  const here = new Set(covered.filter((each) => each.domain === domain).map(({ name }) => name));
  for (const { senders, ...campaign } of running) {
    const from = senders.map(domainOf);
    if (!from.every((name) => unsigned.has(name)) || !from.some((name) => here.has(name))) continue;
    await pauseAndTell(tx, campaign, {
      what: `the DKIM record of ${domain} is gone`,
      why: `The DKIM record of ${domain} has been gone for an hour: receivers cannot check the signature of its mail, and may take it for spam. Set the record again (Settings, Domains), or resume as it is.`,
      facts: { reason: "domain", domainId: id },
    });
  }
}
