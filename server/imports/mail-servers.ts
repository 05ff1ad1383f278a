import { Resolver } from "node:dns/promises";

/** What the name service says about a domain; null when it did not answer, which proves nothing. */
export type MailService = "some" | "none" | null;
export type LookUp = (domain: string) => Promise<MailService>;

const domainsMax = 500;
const abreast = 25;
/** All questions of one check together: a dry run does not wait for a name service. */
const budgetMs = 8000;
const keptMs = 60 * 60_000;
const keptMax = 20_000;
const silentMax = 20;
/** Without a name service, not every check should wait for it again. */
const quietMs = 5 * 60_000;
let silentUntil = 0;
/** Names for examples and tests (RFC 2606), which nobody can mean to mail. */
const reserved = /(^|\.)(test|example|invalid|localhost|example\.(com|net|org))$/;

const known = new Map<string, { service: MailService; until: number }>();

/**
 * The domains, out of those with the most addresses, that can take no mail. What is learnt is remembered for an hour.
 * Gives up early when nobody answers.
 */
export async function domainsWithoutMail(
  counts: ReadonlyMap<string, number>,
  lookUp: LookUp = askNameService,
): Promise<string[]> {
  if (performance.now() < silentUntil) return [];
  const domains = [...counts].filter(([domain]) => !reserved.test(domain)).sort((a, b) => b[1] - a[1]);
  const asked = domains
    .slice(0, domainsMax)
    .map(([domain]) => domain)
    [Symbol.iterator]();
  const deadline = performance.now() + budgetMs;
  const without: string[] = [];
  let answered = 0;
  let silent = 0;
  const ask = async () => {
    for (const domain of asked) {
      if (performance.now() > deadline || silent >= silentMax) return;
      const service = await remembered(domain, lookUp);
      if (service === null) silent += 1;
      else answered += 1;
      if (service === "none") without.push(domain);
    }
  };
  await Promise.all(Array.from({ length: abreast }, ask));
  if (silent > 0 && answered === 0) silentUntil = performance.now() + quietMs;
  return without.sort();
}

async function remembered(domain: string, lookUp: LookUp): Promise<MailService> {
  const found = known.get(domain);
  if (found && found.until > performance.now()) return found.service;
  const service = await lookUp(domain);
  if (service === null) return null;
  if (known.size >= keptMax) known.clear();
  known.set(domain, { service, until: performance.now() + keptMs });
  return service;
}

const resolver = new Resolver({ timeout: 2000, tries: 1 });

/** A mail exchanger, or else an address of its own (RFC 5321, 5.1); "." as the exchanger says that there is none. */
async function askNameService(domain: string): Promise<MailService> {
  const exchangers = await answer(() => resolver.resolveMx(domain));
  if (exchangers === null) return null;
  if (exchangers.length > 0) return exchangers.every(({ exchange }) => exchange === "") ? "none" : "some";
  for (const ask of [() => resolver.resolve4(domain), () => resolver.resolve6(domain)]) {
    const addresses = await answer(ask);
    if (addresses === null) return null;
    if (addresses.length > 0) return "some";
  }
  return "none";
}

/** An empty list when the name service says that there is nothing; null when it says nothing. */
async function answer<T>(ask: () => Promise<T[]>): Promise<T[] | null> {
  try {
    return await ask();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    return code === "ENOTFOUND" || code === "ENODATA" ? [] : null;
  }
}
