import type { CheckedBlockList } from "#db/schema/domains";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { pauseAndTell } from "#server/messages/guards";
import { notify } from "#server/notifications/mutations";
import { hasLapsed, listNames, standingIn, wayOff } from "./listings.ts";
import { senderDomains } from "./queries.ts";
import { runningCampaigns } from "./running.ts";

type Domain = { id: string; domain: string; createdBy: string | null };
type Lists = readonly CheckedBlockList[];

/**
 * What follows from the answers of block lists: who added the domain is told what is new, and the campaigns that write from
 * it do not run while a listing stands. They are resumed by a person.
 */
export async function seeToListings(
  tx: TenantTx,
  asked: Domain,
  { before, after }: { before: Lists; after: Lists },
): Promise<void> {
  const standing = standingIn(after);
  const namedBefore = new Set(standingIn(before).map(({ list }) => list));
  const fresh = standing.filter(({ list }) => !namedBefore.has(list));
  const over = after.filter(({ list, endedAt }) => namedBefore.has(list) && endedAt !== null);
  const lapsed = after.filter((each) => namedBefore.has(each.list) && hasLapsed(each));
  if (fresh.length > 0) await tellOfListing(tx, asked, fresh);
  if (over.length > 0) await tellOfEnd(tx, asked, over);
  if (lapsed.length > 0) await tellOfLapse(tx, asked, lapsed);
  if (standing.length > 0) await pauseListed(tx, asked, standing);
}

async function tellOfListing(tx: TenantTx, { id, domain, createdBy }: Domain, lists: Lists): Promise<void> {
  await record(tx, id, "domain.listed", lists);
  await notify(tx, {
    userId: createdBy,
    type: "domain.listed",
    title: `${domain} is on ${listNames(lists)}`,
    body: `Receivers that ask it refuse its mail or take it for spam, so campaigns that write from it are paused. ${wayOff(lists)}`,
    path: `/settings/domains/${id}`,
  });
}

async function tellOfEnd(tx: TenantTx, { id, domain, createdBy }: Domain, lists: Lists): Promise<void> {
  await record(tx, id, "domain.unlisted", lists);
  await notify(tx, {
    userId: createdBy,
    type: "domain.unlisted",
    title: `${domain} is not on ${listNames(lists)} any more`,
    body: "Campaigns that were paused for it go on when somebody resumes them.",
    path: `/settings/domains/${id}`,
  });
}

async function tellOfLapse(tx: TenantTx, { id, domain, createdBy }: Domain, lists: Lists): Promise<void> {
  await record(tx, id, "domain.listing_lapsed", lists);
  await notify(tx, {
    userId: createdBy,
    type: "domain.listing_lapsed",
    title: `It is not known any more whether ${domain} is on ${listNames(lists)}`,
    body: "For a day there was no answer. Look there whether the domain is off it: campaigns that were paused for it go on when somebody resumes them.",
    path: `/settings/domains/${id}`,
  });
}

const record = (tx: TenantTx, id: string, action: string, lists: Lists) =>
  recordAct(tx, {
    actorId: null,
    action,
    resourceType: "domain",
    resourceId: id,
    after: { lists: lists.map(({ list }) => list) },
  });

/** In a pool too: one mailbox of it is enough for mail that is refused. */
async function pauseListed(tx: TenantTx, { id, domain }: Domain, lists: Lists): Promise<void> {
  const running = await runningCampaigns(tx);
  const covered = await senderDomains(
    tx,
    running.flatMap(({ from }) => from),
  );
  const here = new Set(covered.filter((each) => each.domain === domain).map(({ name }) => name));
  for (const { from, ...campaign } of running) {
    if (!from.some((name) => here.has(name))) continue;
    await pauseAndTell(tx, campaign, {
      what: `${domain} is on ${listNames(lists)}`,
      why: `${domain} is on ${listNames(lists)}: receivers that ask it refuse its mail or take it for spam. ${wayOff(lists)} Resume when the domain is off it (Settings, Domains).`,
      facts: { reason: "block_list", domainId: id, lists: lists.map(({ list }) => list) },
    });
  }
}
