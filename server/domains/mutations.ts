import { eq, sql } from "drizzle-orm";
import { v7 } from "uuid";
import { domains } from "#db/schema/domains";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { AppError } from "#server/errors";
import { publicDomains } from "#server/mail/public-domains";
import { seal } from "#server/seal";
import { keyPlace, type NewKey } from "./keys.ts";
import { senderDomains } from "./queries.ts";
import { runningCampaigns } from "./running.ts";

/** More than anybody sends from, and few enough to be looked for every day. */
const domainsMax = 100;

/**
 * Adds a domain with the key it will be signed with, which is sealed for it.
 * @throws AppError invalid when it is a mail provider's; conflict when the organization has it already; limit
 */
export async function createDomain(
  tx: TenantTx,
  userId: string | null,
  { domain, key }: { domain: string; key: NewKey },
): Promise<{ id: string }> {
  if (publicDomains.has(domain)) {
    const message = `${domain} belongs to a mail provider, which signs its mail itself. Add a domain of your own.`;
    throw new AppError("invalid", message, { domain: message });
  }
  const id = v7();
  const [scope] = await tx.execute<{ tenantId: string; count: number }>(sql`
    select current_setting('app.current_tenant_id') as "tenantId", (select count(*)::int from ${domains}) as count`);
  if (!scope) throw new Error("There is no scope.");
  if (scope.count >= domainsMax)
    throw new AppError(
      "limit",
      `A workspace holds ${domainsMax} domains at most. Remove one that sends nothing.`,
    );
  const rows = await tx
    .insert(domains)
    .values({
      id,
      domain,
      dkimSelector: key.selector,
      dkimPublicKey: key.publicKey,
      dkimKeySealed: seal(key.privateKey, keyPlace(scope.tenantId, id, key.selector)),
      createdBy: userId,
    })
    .onConflictDoNothing()
    .returning({ id: domains.id });
  if (rows.length === 0) {
    const message = `${domain} is set up already, here or in another workspace of your organization.`;
    throw new AppError("conflict", message, { domain: message });
  }
  await recordAct(tx, {
    actorId: userId,
    action: "domain.created",
    resourceType: "domain",
    resourceId: id,
    after: { domain, selector: key.selector },
  });
  return { id };
}

/**
 * Gives a domain a new key. One whose record was seen goes on signing until that of the new one is; one that never
 * signed anything is replaced at once. @throws AppError not_found
 */
export async function rotateKey(
  tx: TenantTx,
  userId: string,
  { id, key }: { id: string; key: NewKey },
): Promise<void> {
  const before = await lockDomain(tx, id);
  const next = before.verifiedAt !== null;
  const sealed = seal(key.privateKey, keyPlace(before.tenantId, id, key.selector));
  await tx
    .update(domains)
    .set({
      ...(next
        ? { nextDkimSelector: key.selector, nextDkimPublicKey: key.publicKey, nextDkimKeySealed: sealed }
        : { dkimSelector: key.selector, dkimPublicKey: key.publicKey, dkimKeySealed: sealed }),
      dnsRecords: before.dnsRecords.filter(({ kind }) => kind !== (next ? "next_dkim" : "dkim")),
      nextCheckAt: sql`app_now()`,
      updatedAt: sql`app_now()`,
    })
    .where(eq(domains.id, id));
  await recordAct(tx, {
    actorId: userId,
    action: "domain.key_made",
    resourceType: "domain",
    resourceId: id,
    before: { selector: before.dkimSelector },
    after: { selector: key.selector },
  });
}

/** Forgets the key that was to come; the one that signs stays. @throws AppError not_found */
export async function discardNextKey(tx: TenantTx, userId: string, id: string): Promise<void> {
  const before = await lockDomain(tx, id);
  if (before.nextDkimSelector === null) return;
  await tx
    .update(domains)
    .set({
      nextDkimSelector: null,
      nextDkimPublicKey: null,
      nextDkimKeySealed: null,
      dnsRecords: before.dnsRecords.filter(({ kind }) => kind !== "next_dkim"),
      updatedAt: sql`app_now()`,
    })
    .where(eq(domains.id, id));
  await recordAct(tx, {
    actorId: userId,
    action: "domain.key_discarded",
    resourceType: "domain",
    resourceId: id,
    before: { selector: before.nextDkimSelector },
  });
}

/** Removes a domain and forgets its keys: its mail leaves unsigned from then on. @throws AppError not_found */
export async function removeDomain(tx: TenantTx, userId: string, id: string): Promise<void> {
  const [removed] = await tx.delete(domains).where(eq(domains.id, id)).returning({ domain: domains.domain });
  if (!removed) throw new AppError("not_found", "This domain does not exist.");
  await recordAct(tx, {
    actorId: userId,
    action: "domain.removed",
    resourceType: "domain",
    resourceId: id,
    before: removed,
  });
}

/**
 * The name service, and the block lists, are asked of the domains that a running campaign sends from in the next round, and
 * not up to an hour later: what is found pauses the campaign.
 */
export async function askOfSenders(tx: TenantTx, campaignId: string): Promise<void> {
  const running = await runningCampaigns(tx, sql`k.id = ${campaignId}::uuid`);
  const covered = await senderDomains(
    tx,
    running.flatMap(({ from }) => from),
  );
  await tx.execute(sql`
    update ${domains} set next_check_at = least(next_check_at, app_now())
    where domain = any(${sql.param(covered.map(({ domain }) => domain))}::text[])`);
}

type Domain = typeof domains.$inferSelect;

async function lockDomain(tx: TenantTx, id: string): Promise<Domain> {
  const [found] = await tx.select().from(domains).where(eq(domains.id, id)).for("no key update");
  if (!found) throw new AppError("not_found", "This domain does not exist.");
  return found;
}
