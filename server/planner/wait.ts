import { dayMs, localText, toInstant, toLocal } from "./zone.ts";

export type Wait = { value: number; unit: "minutes" | "hours" | "days" | "weeks" };

/** When a wait ends: the instant, and what the wall clock of the zone shows then, which is what was meant. */
export type Due = { at: number; local: string };

const length = { minutes: 60_000, hours: 3_600_000, days: dayMs, weeks: 7 * dayMs };

/**
 * The end of a wait that begins at `from`. Minutes and hours pass evenly; days and weeks keep the time of day,
 * whatever the clocks do in between.
 */
export function waitEnd(zone: string, from: number, { value, unit }: Wait): Due {
  const span = value * length[unit];
  if (unit === "minutes" || unit === "hours") {
    return { at: from + span, local: localText(toLocal(zone, from + span)) };
  }
  const local = toLocal(zone, from) + span;
  return { at: toInstant(zone, local), local: localText(local) };
}
