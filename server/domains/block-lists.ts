import type { Resolver } from "node:dns/promises";
import { env } from "#server/env";
import { blockListsIn } from "#server/env-kinds";
import { isNone, resolverOf } from "./name-service.ts";

export type BlockList = { name: string; zone: string };

/** The lists that the operator has chosen; none as a rule, since each has terms of use of its own. */
export const chosenLists = (text: string | undefined = env.DNS_BLOCK_LISTS): BlockList[] =>
  text === undefined ? [] : blockListsIn(text);

type Answer =
  | { state: "listed"; words: string | null }
  | { state: "clear" }
  /** Nothing may be concluded from it; `note` says why. */
  | { state: "unknown"; note: string };

export type BlockListAnswer = { list: string } & Answer;
export type AskBlockLists = (domain: string) => Promise<BlockListAnswer[]>;

/** Asks every list about a domain, as receivers do (RFC 5782, 4). */
export function blockLists(
  lists: readonly BlockList[] = chosenLists(),
  servers: string | undefined = env.DNS_SERVERS,
): AskBlockLists {
  const resolver = resolverOf(servers);
  return (domain) =>
    Promise.all(
      lists.map(async ({ name, zone }) => ({ list: name, ...(await askList(resolver, domain, zone)) })),
    );
}

/**
 * What a list says of a domain. One that has shut down may name every domain from then on: what it says counts only
 * while it does not name the one that no list may hold (RFC 5782, 5).
 */
async function askList(resolver: Resolver, domain: string, zone: string): Promise<Answer> {
  const said = await entryOf(resolver, domain, zone);
  if (said.state !== "listed") return said;
  const never = await entryOf(resolver, "invalid", zone);
  if (never.state === "unknown") return never;
  if (never.state === "listed")
    return { state: "unknown", note: "It names every domain, as lists do that are shut." };
  return { state: "listed", words: await wordsOf(resolver, domain, zone) };
}

type Unknown = Extract<Answer, { state: "unknown" }>;

/** Whether a list has an entry for a name. Not there is an answer; silence, a failure and a refusal are none. */
export async function entryOf(
  resolver: Resolver,
  name: string,
  zone: string,
): Promise<{ state: "listed" } | { state: "clear" } | Unknown> {
  let addresses: string[];
  try {
    addresses = await resolver.resolve4(`${name}.${zone}`);
  } catch (error) {
    if (isNone(error)) return { state: "clear" };
    return { state: "unknown", note: "It did not answer." };
  }
  const refused = addresses.find(isRefusal);
  if (refused !== undefined)
    return {
      state: "unknown",
      note: `It does not answer questions from here (${refused}): they come over a public name server, or there are too many.`,
    };
  const foreign = addresses.find((address) => !address.startsWith("127."));
  if (foreign !== undefined)
    return { state: "unknown", note: `${foreign} is not what a block list answers.` };
  return { state: "listed" };
}

/** 127.255.255.x is how Spamhaus and others say no, 127.0.0.1 how URIBL and SURBL do; neither stands for a listing anywhere. */
const isRefusal = (address: string) => address.startsWith("127.255.255.") || address === "127.0.0.1";

const wordsMax = 300;

/** What a list says about a listing: most say where to ask for its end. It is text of strangers, and shown as such. */
async function wordsOf(resolver: Resolver, domain: string, zone: string): Promise<string | null> {
  try {
    const texts = await resolver.resolveTxt(`${domain}.${zone}`);
    const words = texts
      .map((parts) => parts.join(""))
      .join(" ")
      .replace(/[\p{C}\s]+/gu, " ")
      .trim();
    return words === "" ? null : words.slice(0, wordsMax);
  } catch {
    // The listing stands without words too.
    return null;
  }
}
