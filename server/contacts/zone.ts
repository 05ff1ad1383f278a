import { type SQL, sql } from "drizzle-orm";
import { placeZone, type PlaceZone } from "#server/planner/place-zone";
import { isZone } from "#server/planner/zone";

/**
 * What the clock of `contacts c` is known by: zone, country and state in one text, which people of one clock mostly
 * share. Null when none of them is filled in.
 */
export const clockOfContact: SQL = sql`nullif(concat(c.timezone, '|', c.country, '|', c.state), '||')`;

export type ContactZone = { zone: string; by: "contact" | PlaceZone["by"] };

const known = new Map<string, ContactZone | null>();
const knownMax = 10_000;

/** The zone that such a text tells: their own, or that of where they live; null when it tells none. */
export function contactZone(clock: string | null): ContactZone | null {
  if (clock === null) return null;
  const before = known.get(clock);
  if (before !== undefined) return before;
  const [zone = "", country = "", state = ""] = clock.split("|");
  const found: ContactZone | null = isZone(zone) ? { zone, by: "contact" } : placeZone(country, state);
  if (known.size >= knownMax) known.clear();
  known.set(clock, found);
  return found;
}

/** The zone of somebody, or another one when it is not known. */
export const zoneOr = (clock: string | null, otherwise: string): string =>
  contactZone(clock)?.zone ?? otherwise;
