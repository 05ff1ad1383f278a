import { offsetAt } from "./zone.ts";

/**
 * So many of the people, spread over their zones from east to west, and within each from the first who is written to
 * to the last.
 */
export function spread<One extends { zone: string }>(
  people: readonly One[],
  count: number,
  at: number,
): One[] {
  const zones = [...Map.groupBy(people, ({ zone }) => zone)].sort(
    ([a], [b]) => offsetAt(b, at) - offsetAt(a, at) || (a < b ? -1 : 1),
  );
  const chosen = evenly(zones, count).map(([, ofZone]) => ofZone);
  const shares = chosen.map(() => 0);
  for (let left = count, index = 0, passed = 0; left > 0 && passed < chosen.length; index += 1) {
    const place = index % chosen.length;
    const isUsedUp = (shares[place] ?? 0) >= (chosen[place]?.length ?? 0);
    passed = isUsedUp ? passed + 1 : 0;
    if (isUsedUp) continue;
    shares[place] = (shares[place] ?? 0) + 1;
    left -= 1;
  }
  return chosen.flatMap((ofZone, place) => evenly(ofZone, shares[place] ?? 0));
}

/** The first, the last, and others at equal distances between them. */
function evenly<One>(all: readonly One[], count: number): One[] {
  if (count >= all.length) return [...all];
  if (count <= 1) return all.slice(0, count);
  const step = (all.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, n) => all[Math.round(n * step)]).filter(
    (one) => one !== undefined,
  );
}
