import { dayMs } from "#server/planner/zone";

/*
 * When somebody who is away is back, as their automatic answer says it: a day near words that announce one, in the
 * languages that such answers mostly are in.
 */

const months = [
  /^(jan(uary|uar|vier|uari)?|ene(ro)?|gen(naio)?|jän(ner)?)$/,
  /^(feb(ruary|ruar|ruari|rero|braio)?|fév(rier)?)$/,
  /^(mar(ch|s|zo|et)?|märz|mrt|maart)$/,
  /^(apr(il|ile)?|avr(il)?|abr(il)?)$/,
  /^(may|mai|mei|mayo|maggio|mag)$/,
  /^(june?|juni|juin|junio|giu(gno)?)$/,
  /^(july?|juli|juillet|julio|lug(lio)?)$/,
  /^(aug(ust|ustus)?|août|ago(sto)?)$/,
  /^(sept?(ember|embre|tiembre)?|settembre)$/,
  /^(o[ck]t(ober|obre|ubre)?|ott(obre)?)$/,
  /^(nov(ember|embre|iembre)?)$/,
  /^(de[cz](ember|iembre)?|déc(embre)?|dic(embre|iembre)?)$/,
];
const monthOf = (name: string) =>
  months.findIndex((one) => one.test(name.toLowerCase().replace(".", ""))) + 1;

/** The last day away, or the first day back. */
const untilWords =
  /\b(until|till|through|thru|bis(?: einschließlich| zum| inkl\.?)*|jusqu['’]au|hasta(?: el)?|fino al|t\/m|tot(?: en met)?)\b/giu;
const backWords =
  /\b(back(?: in the office| at work| online)?(?: on)?|return(?:ing)?(?: to (?:the )?(?:office|work))?(?: on)?|wieder (?:ab|am)(?: dem)?|(?:ab|am) (?=\S+ wieder\b)|zurück am|erreichbar ab|de retour(?: le)?|retour le|vuelvo el|de vuelta el|torno il|terug op)\b/giu;

const dates = [
  /(?<year>20\d\d)-(?<month>\d\d)-(?<day>\d\d)/u,
  /(?<day>\d{1,2})\.\s?(?<month>\d{1,2})\.(?:\s?(?<year>20\d\d|\d\d)\b)?/u,
  /(?<first>\d{1,2})\/(?<second>\d{1,2})(?:\/(?<year>20\d\d|\d\d))?\b/u,
  /(?<day>\d{1,2})(?:st|nd|rd|th|\.|er|º)?\s(?:of\s|de\s)?(?<name>\p{L}{3,10})\.?(?:,?\s(?:de\s)?(?<year>20\d\d))?/u,
  /(?<name>\p{L}{3,10})\.?\s(?<day>\d{1,2})(?:st|nd|rd|th)?\b(?:,?\s(?<year>20\d\d))?/u,
];
/** How far behind its words a day may stand. */
const reach = 40;

/**
 * The first day on which somebody is back (`2026-12-28`, a calendar day), or null when the answer names none, or one
 * that is over. `today` is a calendar day too; a day without a year is the next one of its name.
 */
export function returnDay(text: string, today: string): string | null {
  for (const [words, extra] of [
    [backWords, 0],
    [untilWords, 1],
  ] as const) {
    for (const found of text.matchAll(words)) {
      const from = found.index + found[0].length;
      const day = dayIn(text.slice(from, from + reach), Date.parse(today));
      if (day === null) continue;
      const back = new Date(day + extra * dayMs).toISOString().slice(0, 10);
      if (back > today) return back;
    }
  }
  return null;
}

type Parts = { day?: string; month?: string; name?: string; year?: string; first?: string; second?: string };

/** The first day that the text names, as epoch milliseconds of its midnight in UTC. */
function dayIn(text: string, today: number): number | null {
  for (const { groups } of dates
    .map((pattern) => pattern.exec(text))
    .filter((match) => match !== null)
    .toSorted((a, b) => a.index - b.index)) {
    const day = read(groups as Parts, today);
    if (day !== null) return day;
  }
  return null;
}

function read({ day, month, name, year, first, second }: Parts, today: number): number | null {
  if (first !== undefined && second !== undefined) {
    // 12/24 is a month first; of 3/4 nobody can tell, and the sooner one is the safer guess.
    const readings = [
      dateOf(Number(second), Number(first), year, today),
      dateOf(Number(first), Number(second), year, today),
    ].filter((one) => one !== null && one > today);
    return readings.length > 0 ? Math.min(...readings.map(Number)) : null;
  }
  return dateOf(name === undefined ? Number(month) : monthOf(name), Number(day), year, today);
}

function dateOf(month: number, day: number, year: string | undefined, today: number): number | null {
  const full = year === undefined ? null : Number(year.length === 2 ? `20${year}` : year);
  const at = (each: number) => {
    const time = Date.UTC(each, month - 1, day);
    return new Date(time).getUTCDate() === day && month >= 1 && month <= 12 ? time : null;
  };
  if (full !== null) return at(full);
  const thisYear = new Date(today).getUTCFullYear();
  const soon = at(thisYear);
  return soon === null || soon >= today ? soon : at(thisYear + 1);
}
