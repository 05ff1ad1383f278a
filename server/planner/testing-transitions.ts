/*
 * Where clocks change, as the platform says: nothing of the planner is used here.
 */

export type Transition = { at: number; before: number; after: number };

const minute = 60_000;
const week = 7 * 24 * 60 * minute;

/** Local time minus UTC in milliseconds, at any moment. */
export function offsetsOf(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return (at) => {
    const [month = 0, day = 0, year = 0, hour = 0, minutes = 0, second = 0] = format
      .format(at)
      .split(/\D+/)
      .map(Number);
    return Date.UTC(year, month - 1, day, hour, minutes, second) - Math.floor(at / 1_000) * 1_000;
  };
}

/** Every change of a zone's clocks in [from, to), to the millisecond. No zone changes twice within a week. */
export function transitionsOf(zone: string, from: number, to: number): Transition[] {
  const offset = offsetsOf(zone);
  const found: Transition[] = [];
  let before = offset(from);
  for (let at = from; at < to; at += week) {
    const after = offset(at + week);
    if (after === before) continue;
    let [early, late] = [at, at + week];
    while (late - early > 1) {
      const middle = Math.floor((early + late) / 2);
      if (offset(middle) === before) early = middle;
      else late = middle;
    }
    found.push({ at: late, before, after });
    before = after;
  }
  return found;
}

/** One zone of each kind whose clocks change alike: the moments are what matters, and where the clocks stand then. */
export function kindsOfZones(from: number, to: number): { zone: string; transitions: Transition[] }[] {
  const kinds = new Map<string, { zone: string; transitions: Transition[] }>();
  for (const zone of Intl.supportedValuesOf("timeZone")) {
    const transitions = transitionsOf(zone, from, to);
    const kind = JSON.stringify(transitions);
    if (transitions.length > 0 && !kinds.has(kind)) kinds.set(kind, { zone, transitions });
  }
  return [...kinds.values()];
}
