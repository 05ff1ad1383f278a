import { eq, sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import { withoutTenant } from "#db/client";
import { type CheckedBlockList, type CheckedRecord, domains } from "#db/schema/domains";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { AppError } from "#server/errors";
import { type AskBlockLists, type BlockListAnswer, blockLists } from "./block-lists.ts";
import { checkDomain, type DomainToCheck } from "./checks.ts";
import { pauseWithoutKey, tellOfGoneKey } from "./gone-key.ts";
import { seeToListings } from "./listed.ts";
import { afterAnswers, isSuspected } from "./listings.ts";
import { type LookUpTexts, nameService } from "./name-service.ts";
import { domainsToCheck } from "./queries.ts";

type Asked = DomainToCheck & { id: string };
type Domain = typeof domains.$inferSelect;

/** What the name service says of a domain: its records, and whether block lists name it. */
type Found = { records: readonly CheckedRecord[]; answers: readonly BlockListAnswer[] };

async function look(asked: Asked, lookUp: LookUpTexts, askLists: AskBlockLists): Promise<Found> {
  const [records, answers] = await Promise.all([checkDomain(asked, lookUp), askLists(asked.domain)]);
  return { records, answers };
}

/** Looks for the records of one domain now, and writes down what was found. @throws AppError not_found */
export async function lookAgain(
  scope: Scope,
  id: string,
  lookUp: LookUpTexts = nameService(),
  askLists: AskBlockLists = blockLists(),
): Promise<void> {
  const [asked] = await withTenant(scope, (tx) => domainsToCheck(tx, [id]));
  if (!asked) throw new AppError("not_found", "This domain does not exist.");
  const found = await look(asked, lookUp, askLists);
  await withTenant(scope, (tx) => noteFindings(tx, asked, found));
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
  askLists: AskBlockLists = blockLists(),
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
      const found = await Promise.all(
        asked.map(async (one) => ({ one, found: await look(one, lookUp, askLists) })),
      );
      for (const { one, found: what } of found) await withTenant(scope, (tx) => noteFindings(tx, one, what));
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
/** Block lists are asked every hour, and a first listing is looked at again in ten minutes. */
const minutesUntilNext = ({ soon, lists }: { soon: boolean; lists: readonly CheckedBlockList[] }) => {
  if (lists.some(isSuspected)) return 10;
  return soon || lists.length > 0 ? 60 : 24 * 60;
};

/**
 * Writes down what was found, unless the keys changed meanwhile. The next key takes over when its record has been seen;
 * a key that was seen once and is gone now is told of, and goes on signing: a signature that nobody can check is the same as none.
 * When it is still gone an hour later, campaigns are paused for it, as they are for a listing that counts.
 */
export async function noteFindings(tx: TenantTx, asked: Asked, { records, answers }: Found): Promise<void> {
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
  const lists = afterAnswers(before.blockLists, answers, now);
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
      blockLists: lists,
      verificationStatus: status,
      verifiedAt: before.verifiedAt ?? (status === "verified" ? now : null),
      lastCheckedAt: now,
      nextCheckAt: sql`app_now() + make_interval(mins => ${minutesUntilNext({ soon, lists })})`,
      updatedAt: now,
    })
    .where(eq(domains.id, asked.id));
  await seeToListings(tx, before, { before: before.blockLists, after: lists });
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
