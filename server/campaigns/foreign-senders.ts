import { sql } from "drizzle-orm";
import { type Scope, withTenant } from "#db/tenancy";
import type { AskBlockLists } from "#server/domains/block-lists";
import { checkForeign } from "#server/domains/checks";
import { listNames, wayOff } from "#server/domains/listings";
import type { LookUpTexts } from "#server/domains/name-service";
import { spfServers } from "#server/domains/providers";
import { senderDomains } from "#server/domains/queries";
import { publicDomains } from "#server/mail/public-domains";
import type { Problem } from "./checks.ts";
import type { Campaign } from "./queries.ts";
import { mailboxOf } from "./step-sender.ts";
import { domainWarning, recordWarnings, sendersOf } from "./warnings.ts";

/** So many are looked up; a campaign has one or two. */
const domainsMax = 10;

/**
 * Domains that the campaign writes from and nobody has set up here: their mail is signed by nobody here, and their SPF and
 * DMARC and block lists are looked up now. What the name service does not say is no warning. Of the sandbox and of public providers
 * nothing is asked.
 */
export async function foreignSenderWarnings(
  scope: Scope,
  campaign: Campaign,
  { lookUp, askLists }: { lookUp: LookUpTexts; askLists: AskBlockLists },
): Promise<Problem[]> {
  const { foreign, servers } = await withTenant(scope, async (tx) => {
    if ((await mailboxOf(tx, campaign.id))?.sandbox) return { foreign: [], servers: [] };
    const names = (await sendersOf(tx, campaign)).filter((name) => !publicDomains.has(name));
    const known = new Set((await senderDomains(tx, names)).map(({ name }) => name));
    const hosts = await tx.execute<{ name: string; host: string }>(sql`
      select distinct split_part(email, '@', 2) as name, smtp_host as host from email_accounts
      where smtp_host is not null and status <> 'disabled' and split_part(email, '@', 2) = any(${sql.param(names)}::text[])`);
    return { foreign: names.filter((name) => !known.has(name)).slice(0, domainsMax), servers: [...hosts] };
  });
  const found = await Promise.all(
    foreign.map(async (name) => {
      const through = spfServers(servers.filter((each) => each.name === name).map(({ host }) => host));
      const [records, answers] = await Promise.all([checkForeign(name, through, lookUp), askLists(name)]);
      const listed = answers.filter((answer) => answer.state === "listed");
      const wanting = records.filter(({ state }) => ["missing", "wrong", "warning"].includes(state));
      return [
        domainWarning(
          name,
          "domain_unset",
          `${name} is not set up here, so that nothing here signs it (DKIM). Its mail server may do so.`,
        ),
        ...recordWarnings(name, name, wanting),
        ...(listed.length > 0
          ? [domainWarning(name, "domain_listed", `it is on ${listNames(listed)}. ${wayOff(listed)}`)]
          : []),
      ];
    }),
  );
  return found.flat();
}
