import { mainZones, stateZones } from "./state-zones.ts";
import { isZone, offsetAt } from "./zone.ts";

/*
 * The zone of somebody of whom only the country, or the state, is known. Which zones a country has, and what it is
 * called, is known to the platform, whose data are those of the tz database and of CLDR; which state of a country with
 * several clocks keeps which stands in a table.
 */

export type PlaceZone = { zone: string; by: "country" | "state" };

/** Languages in which people write the names of countries; a name that two of them share is the earlier one's. */
const languages = [
  "en",
  "de",
  "fr",
  "es",
  "it",
  "pt",
  "nl",
  "pl",
  "sv",
  "da",
  "nb",
  "fi",
  "cs",
  "tr",
  "ru",
  "uk",
];
/** What else countries are called. */
const otherNames: Readonly<Record<string, string>> = {
  usa: "US",
  unitedstatesofamerica: "US",
  america: "US",
  england: "GB",
  scotland: "GB",
  wales: "GB",
  northernireland: "GB",
  greatbritain: "GB",
  britain: "GB",
  uk: "GB",
  gbr: "GB",
  deu: "DE",
  ger: "DE",
  fra: "FR",
  esp: "ES",
  ita: "IT",
  che: "CH",
  aut: "AT",
  nld: "NL",
  holland: "NL",
  can: "CA",
  aus: "AU",
  bra: "BR",
  mex: "MX",
  rus: "RU",
  russianfederation: "RU",
  ind: "IN",
  chn: "CN",
  jpn: "JP",
  uae: "AE",
  czechrepublic: "CZ",
  korea: "KR",
  turkey: "TR",
  vietnam: "VN",
};
/** What stands beside the name of a state and is no part of it. */
const stateWords =
  /\b(oblast|krai|kray|republic of|republic|autonomous okrug|state of|state|province|region)\b/giu;

/** Null where the place is unknown, or keeps several clocks. */
export function placeZone(country: string, state: string): PlaceZone | null {
  const code = countryCode(country);
  if (code === null) return null;
  const ofState =
    statesOf(code).get(plain(state.replace(stateWords, " "))) ?? statesOf(code).get(plain(state));
  if (ofState !== undefined) return { zone: ofState, by: "state" };
  const zone = countryZone(code);
  return zone === null ? null : { zone, by: "country" };
}

/** Letters alone, small and without accents. */
const plain = (name: string): string =>
  name
    .normalize("NFKD")
    .replace(/[^\p{Letter}]/gu, "")
    .toLowerCase();

let names: Map<string, string> | null = null;

function countryCode(name: string): string | null {
  names ??= countryNames();
  return names.get(plain(name)) ?? null;
}

function countryNames(): Map<string, string> {
  const found = new Map(Object.entries(otherNames));
  const codes = allCodes();
  const note = (name: string | undefined, code: string) => {
    const key = name === undefined ? "" : plain(name);
    if (key !== "" && !found.has(key)) found.set(key, code);
  };
  for (const code of codes) note(code, code);
  for (const language of languages) {
    const shown = new Intl.DisplayNames(language, { type: "region", fallback: "none" });
    for (const code of codes) note(shown.of(code), code);
  }
  return found;
}

/** The two letters of every country there is now that has a clock of its own. */
function allCodes(): string[] {
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  return letters
    .flatMap((first) => letters.map((second) => first + second))
    .filter(
      (code) => zonesOf(code).length > 0 && Intl.getCanonicalLocales(`und-${code}`)[0] === `und-${code}`,
    );
}

/** Newer than the types that come with the compiler. */
type WithZones = Intl.Locale & { getTimeZones?: () => string[] | undefined };

const zonesOf = (code: string): string[] =>
  (new Intl.Locale(`und-${code}`) as WithZones).getTimeZones?.()?.filter(isZone) ?? [];

const countryZones = new Map<string, string | null>();

function countryZone(code: string): string | null {
  const known = countryZones.get(code);
  if (known !== undefined) return known;
  const zones = zonesOf(code);
  const zone = mainZones[code] ?? (new Set(zones.map(clockOf)).size === 1 ? (zones[0] ?? null) : null);
  countryZones.set(code, zone);
  return zone;
}

/** Alike for zones whose clocks show the same all through a year. */
function clockOf(zone: string): string {
  const year = Date.UTC(2026, 0, 1);
  return Array.from({ length: 26 }, (_, n) => offsetAt(zone, year + n * 14 * 86_400_000)).join();
}

const states = new Map<string, Map<string, string>>();

function statesOf(code: string): Map<string, string> {
  const known = states.get(code);
  if (known) return known;
  const found = new Map<string, string>();
  for (const [zone, list] of Object.entries(stateZones[code] ?? {})) {
    for (const entry of list.split(", ")) {
      const space = entry.indexOf(" ");
      found.set(plain(entry.slice(space + 1)), zone);
      if (!entry.startsWith("-")) found.set(plain(entry.slice(0, space)), zone);
    }
  }
  states.set(code, found);
  return found;
}
