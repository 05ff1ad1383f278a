import { toLocal } from "./zone.ts";

/** How often something was done in each hour of the day, 0 to 23, on somebody's own clock. */
export type Hours = readonly number[];
/** What somebody opened and clicked, at which instants (epoch ms). */
export type Reading = { opened: readonly number[]; clicked: readonly number[] };

/** Less than this says nothing about somebody. */
export const readingsMin = 5;
/** When nothing is known about anybody. */
const usualHour = 9;
/** What counts for how much, of a hundred; what is missing is left out. */
const weights = { opened: 40, clicked: 30, others: 20 };

export function hoursOf(zone: string, instants: readonly number[]): Hours {
  const hours = Array.from({ length: 24 }, () => 0);
  for (const at of instants) {
    const hour = new Date(toLocal(zone, at)).getUTCHours();
    hours[hour] = (hours[hour] ?? 0) + 1;
  }
  return hours;
}

/**
 * The hour at which somebody tends to read: by what they did, where there is enough of it, leaning to what others do;
 * else by the others alone; else in the morning. The earlier of equal ones.
 */
export function bestHour(zone: string, { opened, clicked }: Reading, others: Hours): number {
  const parts = [{ hours: others, weight: weights.others }];
  if (opened.length + clicked.length >= readingsMin) {
    parts.push({ hours: hoursOf(zone, opened), weight: weights.opened });
    parts.push({ hours: hoursOf(zone, clicked), weight: weights.clicked });
  }
  const scores = Array.from({ length: 24 }, (_, hour) =>
    parts.reduce((sum, { hours, weight }) => sum + weight * shareOf(hours, hour), 0),
  );
  const most = Math.max(...scores);
  return most > 0 ? scores.indexOf(most) : usualHour;
}

function shareOf(hours: Hours, hour: number): number {
  const total = hours.reduce((sum, count) => sum + count, 0);
  return total > 0 ? (hours[hour] ?? 0) / total : 0;
}
