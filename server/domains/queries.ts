import { asc, eq, sql } from "drizzle-orm";
import { type CheckedBlockList, type CheckedRecord, domains } from "#db/schema/domains";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import { publicDomains } from "#server/mail/public-domains";
import { type DomainToCheck, wantedRecords } from "./checks.ts";
import { keyName } from "./keys.ts";
import { hasLapsed, isSuspected, standingIn } from "./listings.ts";
import { domainOf, withParents } from "./names.ts";
import { spfServers, type SpfServer } from "./providers.ts";

const row = {
  id: domains.id,
  domain: domains.domain,
  status: domains.verificationStatus,
  records: domains.dnsRecords,
  blockLists: domains.blockLists,
  verifiedAt: domains.verifiedAt,
  lastCheckedAt: domains.lastCheckedAt,
};

/**
 * Every domain of the workspace, and `unsigned`: those that its mailboxes send from and no domain here covers.
 * Those of the sandbox need none, and a public provider's are signed by it.
 */
export async function listDomains(tx: TenantTx) {
  const found = await tx.select(row).from(domains).orderBy(asc(domains.domain));
  const listed = found.map(({ blockLists, ...domain }) => ({
    ...domain,
    listings: standingIn(blockLists).map(({ list }) => list),
  }));
  const used = await tx.execute<{ domain: string }>(sql`
    select distinct split_part(email, '@', 2) as domain from email_accounts
    where provider not in ('sandbox', 'relay') and status <> 'disabled' order by 1 limit 50`);
  const known = new Set(listed.map(({ domain }) => domain));
  const unsigned = used
    .map(({ domain }) => domainOf(`@${domain}`))
    .filter((name) => !publicDomains.has(name) && !withParents(name).some((each) => known.has(each)));
  return { domains: listed, unsigned };
}

/** A record as a page shows it: as it was last found, or as it should be when nobody has looked yet. */
export type ShownRecord = Omit<CheckedRecord, "state"> & { state: CheckedRecord["state"] | "unchecked" };

/**
 * A block list as a page shows it; `seen`: it names the domain, and is asked again soon whether it still does; `lapsed`: it
 * did, and has said nothing for a day.
 */
export type ShownBlockList = Pick<CheckedBlockList, "list" | "note" | "words"> & {
  state: "listed" | "seen" | "lapsed" | "clear" | "unknown";
  /** When a listing that stands was seen first. */
  since: Date | null;
  /** When one that has lapsed was seen last. */
  lastSeenAt: Date | null;
  endedAt: Date | null;
};

function shownList(each: CheckedBlockList): ShownBlockList {
  const { list, note, words, seenAt, endedAt } = each;
  const asDate = (at: string | null) => (at === null ? null : new Date(at));
  return {
    list,
    note,
    words,
    state: shownState(each),
    since: asDate(seenAt),
    lastSeenAt: hasLapsed(each) ? asDate(each.lastSeenAt ?? null) : null,
    endedAt: asDate(endedAt),
  };
}

function shownState(each: CheckedBlockList): ShownBlockList["state"] {
  if (each.countsSince !== null) return "listed";
  if (isSuspected(each)) return "seen";
  if (hasLapsed(each)) return "lapsed";
  return each.state === "clear" ? "clear" : "unknown";
}

/** A domain with every record it should have. @throws AppError not_found */
export async function getDomain(tx: TenantTx, id: string) {
  const [found] = await tx
    .select({
      ...row,
      createdAt: domains.createdAt,
      previousSelector: domains.previousDkimSelector,
      rotatedAt: domains.rotatedAt,
    })
    .from(domains)
    .where(eq(domains.id, id));
  const [asked] = found ? await domainsToCheck(tx, [id]) : [];
  if (!found || !asked) throw new AppError("not_found", "This domain does not exist.");
  const { previousSelector, rotatedAt, records, blockLists, ...domain } = found;
  return {
    ...domain,
    selector: asked.key.selector,
    nextSelector: asked.nextKey?.selector ?? null,
    blockLists: blockLists.map(shownList),
    records: wantedRecords(asked).map(
      (wanted): ShownRecord =>
        records.find(({ kind, name }) => kind === wanted.kind && name === wanted.name) ?? {
          ...wanted,
          state: "unchecked",
          found: [],
          note: null,
        },
    ),
    /** The record of the key before, and since when nothing is signed with it. */
    previous:
      previousSelector === null || rotatedAt === null
        ? null
        : { name: keyName(found.domain, previousSelector), since: rotatedAt },
  };
}

/** What is to be looked for; domains without a key are missing. */
export async function domainsToCheck(
  tx: TenantTx,
  ids: readonly string[],
): Promise<(DomainToCheck & { id: string })[]> {
  const rows = await tx.execute<{
    id: string;
    domain: string;
    selector: string;
    publicKey: string;
    nextSelector: string | null;
    nextPublicKey: string | null;
    hosts: string[] | null;
  }>(sql`
    select d.id, d.domain, d.dkim_selector as selector, d.dkim_public_key as "publicKey",
      d.next_dkim_selector as "nextSelector", d.next_dkim_public_key as "nextPublicKey",
      (select array_agg(distinct a.smtp_host) from email_accounts a
        where a.smtp_host is not null and a.status <> 'disabled' and split_part(a.email, '@', 2) = d.domain) as hosts
    from ${domains} d where d.id = any(${sql.param(ids)}::uuid[]) and d.dkim_public_key is not null order by d.id`);
  return rows.map(({ id, domain, selector, publicKey, nextSelector, nextPublicKey, hosts }) => ({
    id,
    domain,
    key: { selector, publicKey },
    nextKey:
      nextSelector === null || nextPublicKey === null
        ? null
        : { selector: nextSelector, publicKey: nextPublicKey },
    servers: oneEach(spfServers(hosts ?? [])),
  }));
}

const oneEach = (servers: readonly SpfServer[]): SpfServer[] => [
  ...new Map(servers.map((server) => [server.include, server])).values(),
];

/** A domain that mail is sent from, and what was found of the one here that covers it. `gone`: its key was there once. */
export type SenderDomain = {
  name: string;
  domain: string;
  signed: boolean;
  gone: boolean;
  /** SPF counts for the very name; a policy for those below it too. */
  wanting: Pick<CheckedRecord, "kind" | "state" | "note">[];
  /** The block lists that name it. */
  listings: CheckedBlockList[];
  /** Those that named it, and have said nothing for a day. */
  lapsed: CheckedBlockList[];
};

/** Of the domains that addresses send from, those that are set up here or below one that is. */
export async function senderDomains(tx: TenantTx, names: readonly string[]): Promise<SenderDomain[]> {
  const all = [...new Set(names.flatMap(withParents))];
  if (all.length === 0) return [];
  const rows = await tx
    .select({
      domain: domains.domain,
      status: domains.verificationStatus,
      records: domains.dnsRecords,
      blockLists: domains.blockLists,
    })
    .from(domains)
    .where(sql`${domains.domain} = any(${sql.param(all)}::text[])`);
  const known = new Map(rows.map((each) => [each.domain, each]));
  return [...new Set(names)].flatMap((name) => {
    const covering = withParents(name).flatMap((each) => known.get(each) ?? []);
    const [nearest] = covering;
    if (!nearest) return [];
    const { domain, status, records, blockLists } = nearest;
    const wanting = records.filter(
      ({ kind, state }) =>
        (kind === "dmarc" || (kind === "spf" && domain === name))
        && (state === "missing" || state === "wrong" || state === "warning"),
    );
    const signed = covering.some((each) => each.status === "verified");
    const listings = standingIn(blockLists);
    const lapsed = blockLists.filter(hasLapsed);
    return [{ name, domain, signed, gone: status === "failed", wanting, listings, lapsed }];
  });
}
