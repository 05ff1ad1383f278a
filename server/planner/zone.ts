import { IANAZone } from "luxon";

/*
 * The one place where zones are computed. Instants are epoch milliseconds; a local time is the milliseconds
 * that the wall clock would show if it ran on UTC. Offsets are looked up in ranges between two changes of
 * the clocks, so that a million rows cost no more than the changes they span.
 */

const minute = 60_000;
const hour = 60 * minute;
export const dayMs = 24 * hour;
/** No zone has changed its clocks twice within this time since 1970. */
const stride = 7 * dayMs;

type Stretch = { from: number; to: number; offset: number };
const stretches = new Map<string, Stretch[]>();
const zones = new Map<string, IANAZone>();

/** Whether the name is a zone this machine knows, such as `Europe/Berlin`. */
export function isZone(name: string): boolean {
  return IANAZone.isValidZone(name);
}

/** Local time minus UTC at an instant, in milliseconds. Throws for an unknown zone. */
export function offsetAt(zone: string, at: number): number {
  const known = stretches.get(zone) ?? [];
  const found = known.find((one) => one.from <= at && at < one.to);
  if (found) return found.offset;
  const stretch = stretchAround(zone, at);
  known.unshift(stretch);
  stretches.set(zone, known.slice(0, 64));
  return stretch.offset;
}

/** A stretch of at least four strides around `at` in which the offset is known to stay. */
function stretchAround(zone: string, at: number): Stretch {
  const offset = rawOffset(zone, at);
  let from = at - 4 * stride;
  for (let probe = at; probe > at - 4 * stride; probe -= stride) {
    if (rawOffset(zone, probe - stride) !== offset) {
      from = changeBetween(zone, probe - stride, probe);
      break;
    }
  }
  let to = at + 4 * stride;
  for (let probe = at; probe < at + 4 * stride; probe += stride) {
    if (rawOffset(zone, probe + stride) !== offset) {
      to = changeBetween(zone, probe, probe + stride);
      break;
    }
  }
  return { from, to, offset };
}

/** The first instant of (early, late] with the offset of `late`, to the millisecond. */
function changeBetween(zone: string, early: number, late: number): number {
  const after = rawOffset(zone, late);
  let before = early;
  let since = late;
  while (since - before > 1) {
    const middle = Math.floor((before + since) / 2);
    if (rawOffset(zone, middle) === after) since = middle;
    else before = middle;
  }
  return since;
}

function rawOffset(name: string, at: number): number {
  let zone = zones.get(name);
  if (!zone) {
    zone = IANAZone.create(name);
    if (!zone.isValid)
      throw new RangeError(`${JSON.stringify(name)} is not a time zone. Use one such as Europe/Berlin.`);
    zones.set(name, zone);
  }
  return Math.round(zone.offset(at) * minute);
}

export const toLocal = (zone: string, at: number): number => at + offsetAt(zone, at);

/**
 * The instant at which a wall clock of the zone shows `local`: the first of the two when the hour is repeated,
 * and the first one after the gap when the hour does not exist.
 */
export function toInstant(zone: string, local: number): number {
  const candidates = instantsOf(zone, local);
  const [first] = candidates;
  if (first !== undefined) return first;
  return changeBetween(zone, local - offsetAt(zone, local + dayMs), local - offsetAt(zone, local - dayMs));
}

/** Every instant that shows `local`: none in a gap, two in a repeated hour. */
export function instantsOf(zone: string, local: number): number[] {
  const offsets = new Set([offsetAt(zone, local - dayMs), offsetAt(zone, local + dayMs)]);
  return [...offsets]
    .map((offset) => local - offset)
    .filter((at) => toLocal(zone, at) === local)
    .sort((a, b) => a - b);
}

/** Where the clocks change in (from, to], if they do. Only the first change within a week is looked for. */
export function changeWithin(zone: string, from: number, to: number): number | null {
  if (offsetAt(zone, from) === offsetAt(zone, to)) return null;
  return changeBetween(zone, from, to);
}

/** The local midnight that begins the day of a local time. */
export const startOfDay = (local: number): number => Math.floor(local / dayMs) * dayMs;

/** `2026-03-29` of a local time. */
export const dayName = (local: number): string => new Date(local).toISOString().slice(0, 10);

/** `2026-03-29T09:00:00.000`: a wall-clock time without a zone, as `timestamp` columns take it. */
export const localText = (local: number): string => new Date(local).toISOString().slice(0, -1);

/** The local time of `2026-03-29T09:00:00` or `2026-03-29 09:00:00`. */
export function parseLocal(text: string): number {
  const at = Date.parse(`${text.replace(" ", "T").replace(/Z$/, "")}Z`);
  if (Number.isNaN(at))
    throw new RangeError(`${JSON.stringify(text)} is not a local time such as 2026-03-29T09:00:00.`);
  return at;
}
