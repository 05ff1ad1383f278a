import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { asVariant } from "#server/ab-tests/variants";
import { listNames, wayOff } from "#server/domains/listings";
import { domainOf } from "#server/domains/names";
import { senderDomains, type SenderDomain } from "#server/domains/queries";
import { mayLeaveUnread } from "#server/drafts/policy";
import { clockText, type Forecast } from "#server/planner/forecast";
import type { Problem } from "./checks.ts";
import type { Campaign } from "./queries.ts";
import { numbered } from "./titles.ts";

/** A first email that takes longer than this to reach everybody is news to whoever launches it. */
const slowDays = 14;

const problem = (
  where: Problem["where"],
  severity: Problem["severity"],
  code: string,
  message: string,
): Problem => ({ code, severity, where, message, stepId: null });

/** What stands against launching at this moment, though no part of the campaign is wrong. */
export function planProblems(
  { endsAt, startsAt, settings }: Pick<Campaign, "endsAt" | "startsAt" | "settings">,
  { now, forecast }: { now: Date; forecast: Pick<Forecast, "days" | "finishesAt"> | null },
): Problem[] {
  const zone = settings.timezone;
  const found: Problem[] = [];
  if (endsAt && endsAt.getTime() <= Math.max(now.getTime(), startsAt?.getTime() ?? 0)) {
    const message = `It would be over before it begins: it ends ${clockText(zone, endsAt)} (${zone}). Change the end date in the menu beside its name.`;
    found.push(problem("settings", "blocker", "ends_before", message));
  } else if (endsAt && forecast?.finishesAt && forecast.finishesAt > endsAt) {
    const message = `It ends ${clockText(zone, endsAt)} (${zone}), before the first email has reached everybody: who has not got it by then gets nothing. Raise the limits, or change the end date.`;
    found.push(problem("settings", "warning", "ends_early", message));
  }
  if (forecast && forecast.days > slowDays) {
    const message = `At this pace the first email alone takes ${forecast.days} days of sending: raise the limits in Settings, or choose fewer people.`;
    found.push(problem("settings", "warning", "slow", message));
  }
  return found;
}

/** Segments of the audience whose members could not be worked out: they may bring the wrong people, or nobody. */
export async function segmentProblems(
  tx: TenantTx,
  { audience }: Pick<Campaign, "audience">,
): Promise<Problem[]> {
  const ids = [...audience.include, ...audience.exclude];
  if (ids.length === 0) return [];
  const rows = await tx.execute<{ name: string; problem: string }>(sql`
    select name, problem from segments where id = any(${sql.param(ids)}::uuid[]) and problem is not null order by name`);
  return rows.map(({ name, problem: why }) =>
    problem(
      "audience",
      "warning",
      "segment_problem",
      `The segment “${name}” could not be worked out. ${why}`,
    ),
  );
}

/** Emails that are to leave as AI has written them, where the organization wants somebody to read them first. */
export async function unreadWarnings(tx: TenantTx, { steps }: Pick<Campaign, "steps">): Promise<Problem[]> {
  const asking = steps.filter(({ review }) => review?.unreviewed && review.instructions !== "");
  if (asking.length === 0 || (await mayLeaveUnread(tx))) return [];
  return asking.map((step) => ({
    code: "unread",
    severity: "warning",
    where: "steps",
    message: `${numbered(step, steps.indexOf(step))} is to send what AI has written without a review, which your organization does not allow: its emails wait for one.`,
    stepId: step.id,
  }));
}

/** Links that lead nowhere: written and never filled in. */
export function emptyLinkWarnings({ steps }: Pick<Campaign, "steps">): Problem[] {
  return steps.flatMap((step, index): Problem[] => {
    const links = step.emailContent?.match(/<a\b[^>]*\bhref\s*=\s*(""|''|"#"|'#')/gi)?.length ?? 0;
    if (links === 0) return [];
    const which = links === 1 ? "a link" : `${links} links`;
    const message = `${numbered(step, index)} has ${which} that lead${links === 1 ? "s" : ""} nowhere: fill in where to.`;
    return [{ code: "empty_link", severity: "warning", where: "steps", message, stepId: step.id }];
  });
}

/** The domains that a campaign's emails come from. */
export async function sendersOf(
  tx: TenantTx,
  { settings, steps }: Pick<Campaign, "settings" | "steps">,
): Promise<string[]> {
  const { rotationPoolId, fromEmail } = settings;
  const pool = await tx.execute<{ email: string }>(sql`
    select a.email from pool_members m join email_accounts a on a.id = m.email_account_id
    where m.pool_id = ${rotationPoolId}::uuid and m.status = 'active'`);
  const ofSteps = steps.flatMap((step) =>
    [step, ...(step.test?.variants.map((_, place) => asVariant(step, step.test, place)) ?? [])].map(
      ({ sender }) => sender?.fromEmail ?? "",
    ),
  );
  // In a pool every mailbox writes under its own address.
  const senders = rotationPoolId === null ? [fromEmail, ...ofSteps] : pool.map(({ email }) => email);
  return [...new Set(senders.map(domainOf))].filter((name) => name !== "");
}

/**
 * Domains that the workspace has set up and whose records nobody finds or can use: their mail may be taken for spam. With
 * one that is on a block list nothing is launched; mail of the sandbox is nobody's to refuse.
 */
export async function domainProblems(
  tx: TenantTx,
  campaign: Pick<Campaign, "settings" | "steps">,
  { sandbox }: { sandbox: boolean },
): Promise<Problem[]> {
  const found = await senderDomains(tx, await sendersOf(tx, campaign));
  return found.flatMap((each) => [
    ...(sandbox ? [] : [...listingBlockers(each), ...lapsedListings(each)]),
    ...domainWarnings(each),
  ]);
}

function listingBlockers({ name, domain, listings }: SenderDomain): Problem[] {
  if (listings.length === 0) return [];
  const message = `Mail from ${name} would be refused or taken for spam: ${domain} is on ${listNames(listings)}. ${wayOff(listings)} Send from another domain, or wait until it is off: that is looked at every hour (Settings, Domains).`;
  return [problem("settings", "blocker", "domain_listed", message)];
}

function lapsedListings({ name, domain, lapsed }: SenderDomain): Problem[] {
  if (lapsed.length === 0) return [];
  const why = `when ${listNames(lapsed)} last answered, more than a day ago, ${domain} was on it. ${wayOff(lapsed)}`;
  return [domainWarning(name, "domain_listing_lapsed", why)];
}

const recordNames = { spf: "SPF", dmarc: "DMARC" };

export const domainWarning = (name: string, code: string, why: string): Problem =>
  problem(
    "settings",
    "warning",
    code,
    `Mail from ${name} may be taken for spam: ${why} Look at Settings, Domains.`,
  );

function domainWarnings({ name, domain, signed, gone, wanting }: SenderDomain): Problem[] {
  const warning = (code: string, why: string) => domainWarning(name, code, why);
  const unsigned = gone
    ? `the DKIM record of ${domain} cannot be found any more.`
    : `the DKIM record of ${domain} has not been seen yet.`;
  return [
    ...(signed ? [] : [warning("domain_unverified", unsigned)]),
    ...recordWarnings(name, domain, wanting),
  ];
}

/** `wanting` are records of `domain` that are not there, or wrong. */
export const recordWarnings = (name: string, domain: string, wanting: SenderDomain["wanting"]): Problem[] =>
  wanting.flatMap(({ kind, state, note }) => {
    if (kind !== "spf" && kind !== "dmarc") return [];
    const record = recordNames[kind];
    const what =
      state === "missing"
        ? `${domain} has no ${record} record.`
        : `the ${record} record of ${domain} is wrong.`;
    return [domainWarning(name, `domain_${kind}`, note ? `${what} ${note}` : what)];
  });
