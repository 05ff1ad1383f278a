import type { LookUpTexts } from "./name-service.ts";

/** RFC 7208, 4.6.4: a receiver that has to ask more often gives up. */
export const lookUpsMax = 10;

/** What a domain's SPF records say. `lookUps` is null where a record could not be read; it stops beyond the limit. */
export type Spf = {
  records: string[];
  lookUps: number | null;
  /** The terms of the record itself. */
  terms: string[];
  /** Every domain whose record is included, by whichever record. */
  included: ReadonlySet<string>;
  /** What becomes of everybody else; null when it does not say. */
  rest: "pass" | "fail" | "softfail" | "neutral" | null;
};

const isSpf = (text: string) => /^v=spf1( |$)/i.test(text.trim());
const asking = /^[+\-~?]?(include:|a$|a[:/]|mx$|mx[:/]|ptr$|ptr:|exists:)/i;
const qualifiers = { "+": "pass", "-": "fail", "~": "softfail", "?": "neutral" } as const;

/** Reads the record of a domain and those it includes. Null when the name service says nothing. */
export async function readSpf(domain: string, lookUp: LookUpTexts): Promise<Spf | null> {
  const texts = await lookUp(domain);
  if (texts === null) return null;
  const records = texts.filter(isSpf);
  const terms = termsOf(records[0]);
  const seen = new Set([domain]);
  const lookUps = await countLookUps(terms, seen, lookUp);
  return { records, terms, included: seen, lookUps, rest: restOf(terms) };
}

const termsOf = (record = ""): string[] => record.trim().split(/\s+/).slice(1);

async function countLookUps(
  first: readonly string[],
  seen: Set<string>,
  lookUp: LookUpTexts,
): Promise<number | null> {
  const left = [first];
  let count = 0;
  for (let terms = left.pop(); terms; terms = left.pop()) {
    for (const term of terms) {
      const into = /^(?:[+\-~?]?include:|redirect=)(.+)$/i.exec(term)?.[1]?.toLowerCase();
      if (into === undefined && !asking.test(term)) continue;
      count += 1;
      if (count > lookUpsMax) return count;
      // A macro depends on the message, and a domain that includes itself is counted once.
      if (into === undefined || into.includes("%") || seen.has(into)) continue;
      seen.add(into);
      const texts = await lookUp(into);
      if (texts === null) return null;
      left.push(termsOf(texts.find(isSpf)));
    }
  }
  return count;
}

function restOf(terms: readonly string[]): Spf["rest"] {
  const all = terms.findLast((term) => /^[+\-~?]?all$/i.test(term));
  if (all === undefined) return null;
  const sign = Object.keys(qualifiers).find((each) => all.startsWith(each)) as keyof typeof qualifiers;
  return qualifiers[sign ?? "+"];
}
