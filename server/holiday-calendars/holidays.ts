import type { HolidaysTypes } from "date-holidays";

/** Whole days, both included, as `2026-12-25`. */
export type Holiday = { name: string; startsOn: string; endsOn: string };
export type Place = { code: string; name: string };

/** The rules of the whole world are large: only who asks for them has them in memory. */
const load = async () => (await import("date-holidays")).default;

const dayMs = 86_400_000;

/** Every country there are rules for, by name. */
export async function listCountries(): Promise<Place[]> {
  const Holidays = await load();
  return byName(new Holidays().getCountries("en"));
}

/** Its states or provinces, where their holidays differ; none of a country that is not known. */
export async function listRegions(country: string): Promise<Place[]> {
  const Holidays = await load();
  return byName(new Holidays().getStates(country, "en") ?? {});
}

const byName = (names: Record<string, string>): Place[] =>
  Object.entries(names)
    .map(([code, name]) => ({ code, name }))
    .sort((a, b) => a.name.localeCompare(b.name, "en"));

/** The public holidays that begin in these years, in English, in order. `region` is empty for the whole country. */
export async function holidaysOf(
  { country, region }: { country: string; region: string },
  years: readonly number[],
): Promise<Holiday[]> {
  const Holidays = await load();
  const calendar = region ? new Holidays(country, region) : new Holidays(country);
  const days = years.flatMap((year) =>
    calendar
      .getHolidays(year, "en")
      .filter(({ type }) => type === "public")
      .map(daysOf)
      // What lasts from the year before is that year's: whoever took it out there does not get it again.
      .filter(({ startsOn }) => startsOn.startsWith(`${year}-`)),
  );
  const known = new Map(days.map((day) => [`${day.startsOn} ${day.name}`, day]));
  return [...known.values()].sort((a, b) => (a.startsOn < b.startsOn ? -1 : 1));
}

/** One that begins at noon or in the evening is half a day off, and is kept as a whole one. */
function daysOf({ name, date, start, end }: HolidaysTypes.Holiday): Holiday {
  const first = Date.parse(date.slice(0, 10));
  const length = Math.max(1, Math.round((end.getTime() - start.getTime()) / dayMs));
  const dayName = (at: number) => new Date(at).toISOString().slice(0, 10);
  return {
    name: name.slice(0, 100),
    startsOn: dayName(first),
    endsOn: dayName(first + (length - 1) * dayMs),
  };
}
