import type { CheckedRecord } from "#db/schema/domains";
import { compareRecord, keyName, recordOf, tagsOf } from "./keys.ts";
import type { LookUpTexts } from "./name-service.ts";
import { withParents } from "./names.ts";
import type { SpfServer } from "./providers.ts";
import { lookUpsMax, readSpf, type Spf } from "./spf.ts";

export type PublishedKey = { selector: string; publicKey: string };
/** What is looked for: `servers` are those that the domain's mailboxes send through, as far as they are known. */
export type DomainToCheck = {
  domain: string;
  key: PublishedKey;
  nextKey: PublishedKey | null;
  servers: readonly SpfServer[];
};

type Finding = Pick<CheckedRecord, "state" | "note"> & { found?: string[]; value?: string };
type Wanted = Pick<CheckedRecord, "kind" | "name" | "value">;

/** The records that a domain should have, before anything is known of what it has. */
export function wantedRecords({ domain, key, nextKey, servers }: DomainToCheck): Wanted[] {
  const keyRecord = (kind: "dkim" | "next_dkim", { selector, publicKey }: PublishedKey): Wanted => ({
    kind,
    name: keyName(domain, selector),
    value: recordOf(publicKey),
  });
  return [
    ...(nextKey ? [keyRecord("next_dkim", nextKey)] : []),
    keyRecord("dkim", key),
    { kind: "spf", name: domain, value: suggestSpf(servers) },
    { kind: "dmarc", name: `_dmarc.${domain}`, value: "v=DMARC1; p=none" },
  ];
}

/** Looks for every record of a domain. What the name service does not say is `unknown`, and nothing is concluded from it. */
export async function checkDomain(asked: DomainToCheck, lookUp: LookUpTexts): Promise<CheckedRecord[]> {
  const { domain, key, nextKey, servers } = asked;
  const find = ({ kind, name }: Wanted): Promise<Finding> => {
    if (kind === "spf") return checkSpf(domain, servers, lookUp);
    if (kind === "dmarc") return checkDmarc(domain, lookUp);
    return checkKey(domain, name, (kind === "next_dkim" && nextKey ? nextKey : key).publicKey, lookUp);
  };
  return Promise.all(
    wantedRecords(asked).map(async (wanted) => ({ found: [], ...wanted, ...(await find(wanted)) })),
  );
}

/** Looks for what anybody can know of a domain that is not set up here: nobody can tell under which name a key would stand. */
export async function checkForeign(
  domain: string,
  servers: readonly SpfServer[],
  lookUp: LookUpTexts,
): Promise<Pick<CheckedRecord, "kind" | "state" | "note">[]> {
  const [spf, dmarc] = await Promise.all([checkSpf(domain, servers, lookUp), checkDmarc(domain, lookUp)]);
  return [
    { kind: "spf", ...spf },
    { kind: "dmarc", ...dmarc },
  ];
}

const unknown: Finding = {
  state: "unknown",
  note: "The name service did not answer. That says nothing about the record; it is looked for again.",
};

async function checkKey(
  domain: string,
  name: string,
  publicKey: string,
  lookUp: LookUpTexts,
): Promise<Finding> {
  const texts = await lookUp(name);
  if (texts === null) return unknown;
  const found = texts.filter((text) => compareRecord(text, publicKey) !== null);
  const [first, ...others] = found;
  if (first === undefined) return missingKey(domain, name, { texts, lookUp });
  const note = (state: Finding["state"], note: string | null): Finding => ({ state, note, found });
  if (others.length > 0)
    return note(
      "wrong",
      "There are several keys under this name, so receivers cannot tell which one counts. Leave this one only.",
    );
  const same = compareRecord(first, publicKey);
  if (same === "same") return note("found", null);
  if (same === "revoked")
    return note("wrong", "The record holds no key, which tells receivers to trust none.");
  return note("wrong", "The record holds another key. Replace it by the one shown here, whole.");
}

/** Many forms add the domain to what is typed, which then stands there twice. */
async function missingKey(
  domain: string,
  name: string,
  { texts, lookUp }: { texts: string[]; lookUp: LookUpTexts },
): Promise<Finding> {
  if (texts.length > 0)
    return { state: "wrong", note: "What stands under this name is no DKIM record.", found: texts };
  const twice = await lookUp(`${name}.${domain}`);
  if (!twice || twice.length === 0)
    return {
      state: "missing",
      note: "It is not there yet. New records can take an hour to be seen everywhere.",
    };
  const short = name.slice(0, -domain.length - 1);
  return {
    state: "missing",
    note: `It stands under ${name}.${domain}: your provider adds the domain by itself. Enter ${short} as its name.`,
    found: twice,
  };
}

async function checkSpf(
  domain: string,
  servers: readonly SpfServer[],
  lookUp: LookUpTexts,
): Promise<Finding> {
  const spf = await readSpf(domain, lookUp);
  if (spf === null) return unknown;
  const [record, ...others] = spf.records;
  if (record === undefined)
    return { state: "missing", note: "Receivers cannot tell which servers may send mail of this domain." };
  const said = (state: Finding["state"], note: string | null): Finding => ({
    state,
    note,
    found: spf.records,
    value: state === "found" ? record : suggestSpf(servers, record),
  });
  if (others.length > 0)
    return said("wrong", "There are several SPF records, and receivers then take none. Make them one.");
  const problem = spfProblem(spf, servers);
  if (problem) return said("warning", problem);
  if (spf.lookUps === null)
    return said("unknown", "A record that it includes could not be read; it is looked for again.");
  return said("found", null);
}

function spfProblem(spf: Spf, servers: readonly SpfServer[]): string | null {
  if (spf.rest === "pass")
    return "It ends in +all, which lets everybody send mail in your name. End it in ~all.";
  if (spf.lookUps !== null && spf.lookUps > lookUpsMax)
    return `It takes more than ${lookUpsMax} look-ups, after which receivers give up. Leave out what you do not send with.`;
  const unnamed = spf.lookUps !== null && servers.find(({ include }) => !spf.included.has(include));
  if (unnamed)
    return `It does not name the servers of ${unnamed.host}, through which mailboxes of this domain send. Add include:${unnamed.include}.`;
  if (spf.rest === null && !spf.terms.some((term) => /^redirect=/i.test(term)))
    return "It does not say what holds for all other servers. End it in ~all.";
  return null;
}

/** A record that names the servers; what stands in `record` is kept. */
function suggestSpf(servers: readonly SpfServer[], record?: string): string {
  const given = record?.trim().split(/\s+/).slice(1) ?? [];
  const terms = given.filter((term) => !/^[+\-~?]?all$/i.test(term));
  const includes = [...new Set(servers.map(({ include }) => `include:${include}`))];
  const added = includes.filter((include) => !terms.includes(include));
  const all = given.find((term) => /^[-~?]all$/i.test(term)) ?? "~all";
  // Without a server that is known, those that take its mail are the likeliest to send it too.
  const named = terms.length + added.length > 0 ? [...terms, ...added] : ["mx"];
  return ["v=spf1", ...named, all].join(" ");
}

const isDmarc = (text: string) => /^v\s*=\s*DMARC1\s*(;|$)/.test(text.trim());

/** The policy of the domain itself or the nearest above it that has one, as receivers look for it. */
async function checkDmarc(domain: string, lookUp: LookUpTexts): Promise<Finding> {
  for (const name of withParents(domain)) {
    const texts = await lookUp(`_dmarc.${name}`);
    if (texts === null) return unknown;
    const found = texts.filter(isDmarc);
    const [record, ...others] = found;
    if (record === undefined) continue;
    if (others.length > 0)
      return {
        state: "wrong",
        found,
        note: `There are several under _dmarc.${name}, and receivers then take none.`,
      };
    const tags = tagsOf(record);
    const policy = tags.get("p")?.toLowerCase() ?? "";
    if (!["none", "quarantine", "reject"].includes(policy))
      return { state: "wrong", found, note: "Its policy must be p=none, p=quarantine or p=reject." };
    const where = name === domain ? "" : ` It is that of ${name}, which holds for its subdomains.`;
    const strict =
      tags.get("adkim") === "s"
        ? " It is strict: mail from a subdomain needs that subdomain as a domain of its own here."
        : "";
    return {
      state: "found",
      found,
      note: `${policyWords[policy as keyof typeof policyWords]}${where}${strict}`,
    };
  }
  return { state: "missing", note: "Large receivers ask for one of everybody who sends much." };
}

const policyWords = {
  none: "Nothing happens to mail that is not yours.",
  quarantine: "Mail that is not yours goes to the spam folder.",
  reject: "Mail that is not yours is refused.",
};
