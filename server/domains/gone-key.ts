import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { pauseAndTell } from "#server/messages/guards";
import { notify } from "#server/notifications/mutations";
import { senderDomains } from "./queries.ts";
import { runningCampaigns } from "./running.ts";

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
    body: "Receivers cannot check the signature of its mail, and may take it for spam. Campaigns with emails that can come from nowhere else are paused when it is still gone in an hour.",
    path: `/settings/domains/${id}`,
  });
}

/**
 * Pauses the running campaigns with an email of which every sender is of a domain whose record is still gone, once: whoever
 * launches or resumes one since then has been warned, and it goes on.
 */
export async function pauseWithoutKey(tx: TenantTx, { id, domain }: Domain): Promise<void> {
  const running = await runningCampaigns(
    tx,
    sql`exists (
      select from (select max(l.created_at) as at from audit_log l
        where l.resource_type = 'domain' and l.resource_id = ${id}::uuid and l.action = 'domain.failed') since
      where since.at <= app_now() - make_interval(mins => ${goneForMinutes}) and k.launched_at < since.at
        and not exists (select from audit_log l where l.resource_type = 'campaign' and l.resource_id = k.id
          and l.action = 'campaign.resumed' and l.created_at > since.at))`,
  );
  const covered = await senderDomains(
    tx,
    running.flatMap(({ from }) => from),
  );
  const unsigned = new Set(covered.filter(({ signed, gone }) => !signed && gone).map(({ name }) => name));
  const here = new Set(covered.filter((each) => each.domain === domain).map(({ name }) => name));
  for (const { from, pooled, ...campaign } of running) {
    // The next email of a pool can come from another of its mailboxes.
    if (pooled && !from.every((name) => unsigned.has(name))) continue;
    if (!from.some((name) => unsigned.has(name) && here.has(name))) continue;
    await pauseAndTell(tx, campaign, {
      what: `the DKIM record of ${domain} is gone`,
      why: `The DKIM record of ${domain} has been gone for an hour: receivers cannot check the signature of its mail, and may take it for spam. Set the record again (Settings, Domains), or resume as it is.`,
      facts: { reason: "domain", domainId: id },
    });
  }
}
