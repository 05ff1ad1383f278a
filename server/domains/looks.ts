import { eq, sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import { withoutTenant } from "#db/client";
import { type CheckedRecord, domains } from "#db/schema/domains";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { AppError } from "#server/errors";
import { checkDomain, type DomainToCheck } from "./checks.ts";
import { pauseWithoutKey, tellOfGoneKey } from "./gone-key.ts";
import { type LookUpTexts, nameService } from "./name-service.ts";
import { domainsToCheck } from "./queries.ts";

type Asked = DomainToCheck & { id: string };
type Domain = typeof domains.$inferSelect;

/** Looks for the records of one domain now, and writes down what was found. @throws AppError not_found */
export async function lookAgain(
  scope: Scope,
  id: string,
  lookUp: LookUpTexts = nameService(),
): Promise<void> {
  const [asked] = await withTenant(scope, (tx) => domainsToCheck(tx, [id]));
  if (!asked) throw new AppError("not_found", "This domain does not exist.");
  const records = await checkDomain(asked, lookUp);
  await withTenant(scope, (tx) => noteRecords(tx, asked, records));
}

/** Domains of one round: their questions are asked beside each other. */
const roundSize = 20;
/** Who took a domain up and died looks no more: another round does. */
const takenMinutes = 10;

/**
 * Looks for the records of domains that are due, at most `roundSize` of them. They are put off before they are looked
 * for, so that one on which a round dies does not hold up the others.
 */
export async function lookAtDue(
  lookUp: LookUpTexts = nameService(),
): Promise<{ looked: number; more: boolean }> {
  const due = await withoutTenant((tx) =>
    tx.execute<{ tenant_id: string; workspace_id: string; id: string }>(
      sql`select * from due_domain_checks(${roundSize}::int)`,
    ),
  );
  const byWorkspace = Map.groupBy(due, (row) => row.workspace_id);
  await Promise.all(
    [...byWorkspace.values()].map(async (rows) => {
      const [first] = rows;
      if (!first) return;
      const scope = { tenantId: first.tenant_id, workspaceId: first.workspace_id };
      const asked = await withTenant(scope, (tx) =>
        takeUp(
          tx,
          rows.map(({ id }) => id),
        ),
      );
      const found = await Promise.all(asked.map((one) => checkDomain(one, lookUp)));
      for (const [index, one] of asked.entries())
        await withTenant(scope, (tx) => noteRecords(tx, one, found[index] ?? []));
    }),
  );
  return { looked: due.length, more: due.length === roundSize };
}

async function takeUp(tx: TenantTx, ids: string[]): Promise<Asked[]> {
  const taken = await tx.execute<{ id: string }>(sql`
    update domains set next_check_at = app_now() + make_interval(mins => ${takenMinutes})
    where id = any(${sql.param(ids)}::uuid[]) and next_check_at <= app_now() returning id`);
  return domainsToCheck(
    tx,
    taken.map(({ id }) => id),
  );
}

/** A record that is to come is looked for more often, for so long. */
const waitingDays = 14;

/**
 * Writes down what was found, unless the keys changed meanwhile. The next key takes over when its record has been seen;
 * a key that was seen once and is gone now is told of, and goes on signing: a signature that nobody can check is the same as none.
 * When it is still gone an hour later, campaigns are paused for it.
 */
export async function noteRecords(
  tx: TenantTx,
  asked: Asked,
  records: readonly CheckedRecord[],
): Promise<void> {
  const [before] = await tx.select().from(domains).where(eq(domains.id, asked.id)).for("no key update");
  const same =
    before?.dkimSelector === asked.key.selector
    && before.nextDkimSelector === (asked.nextKey?.selector ?? null);
  if (!before || !same) return;
  const takesOver = records.some(({ kind, state }) => kind === "next_dkim" && state === "found");
  const kept = takesOver ? asCurrent(records) : records;
  const seen = kept.find(({ kind }) => kind === "dkim")?.state ?? "unknown";
  const status = statusAfter(seen, before.verificationStatus);
  const now = await appNow(tx);
  const young = now.getTime() - before.createdAt.getTime() < waitingDays * 24 * 3_600_000;
  const awaited = status === "pending" ? young : status === "failed";
  const soon = awaited || seen === "unknown" || (asked.nextKey !== null && !takesOver);
  await tx
    .update(domains)
    .set({
      ...(takesOver && {
        dkimSelector: before.nextDkimSelector,
        dkimKeySealed: before.nextDkimKeySealed,
        dkimPublicKey: before.nextDkimPublicKey,
        nextDkimSelector: null,
        nextDkimKeySealed: null,
        nextDkimPublicKey: null,
        previousDkimSelector: before.dkimSelector,
        rotatedAt: now,
      }),
      dnsRecords: [...kept],
      verificationStatus: status,
      verifiedAt: before.verifiedAt ?? (status === "verified" ? now : null),
      lastCheckedAt: now,
      nextCheckAt: sql`app_now() + make_interval(hours => ${soon ? 1 : 24})`,
      updatedAt: now,
    })
    .where(eq(domains.id, asked.id));
  if (status !== "failed" || seen === "unknown") return;
  await (before.verificationStatus === "failed" ? pauseWithoutKey(tx, before) : tellOfGoneKey(tx, before));
}

/** What the name service did not say changes nothing. Only what was there once can be gone. */
function statusAfter(
  seen: CheckedRecord["state"],
  before: Domain["verificationStatus"],
): Domain["verificationStatus"] {
  if (seen === "unknown") return before;
  if (seen === "found") return "verified";
  return before === "pending" ? "pending" : "failed";
}

/** The record of the next key in the place of the current one's. */
const asCurrent = (records: readonly CheckedRecord[]): CheckedRecord[] =>
  records
    .filter(({ kind }) => kind !== "dkim")
    .map((record) => (record.kind === "next_dkim" ? { ...record, kind: "dkim" } : record));
