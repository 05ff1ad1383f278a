import { type Weekday, weekdayOf } from "./window.ts";
import { toLocal } from "./zone.ts";

/** How often something was done in each hour of the day, 0 to 23, on somebody's own clock. */
export type Hours = readonly number[];
/** What somebody opened and clicked, at which instants (epoch ms). */
export type Reading = { opened: readonly number[]; clicked: readonly number[] };
/** An hour of the day, 0 to 23, for each weekday. */
export type WeekHours = Readonly<Record<Weekday, number>>;

/** Less than this says nothing about somebody. */
export const readingsMin = 5;
/** When nothing is known about anybody. */
const usualHour = 9;
/** What counts for how much, of a hundred; what is missing is left out. `weekday`: what they did on that day of the week. */
const weights = { opened: 40, clicked: 30, others: 20, weekday: 10 };

export const hoursOf = (zone: string, instants: readonly number[]): Hours =>
  countHours(instants.map((at) => toLocal(zone, at)));

/** Of times on somebody's own clock. */
function countHours(locals: readonly number[]): number[] {
  const hours = Array.from({ length: 24 }, () => 0);
  for (const local of locals) {
    const hour = new Date(local).getUTCHours();
    hours[hour] = (hours[hour] ?? 0) + 1;
  }
  return hours;
}

/**
 * The hour at which somebody tends to read on each day of the week: by what they did, on that weekday a little more than
 * on the others, where there is enough of it, leaning to what others do; else by the others alone; else in the morning.
 * The earlier of equal ones.
 */
export function bestHours(zone: string, { opened, clicked }: Reading, others: Hours): WeekHours {
  const parts: Part[] = [{ hours: others, weight: weights.others }];
  const known = opened.length + clicked.length >= readingsMin;
  const local = (instants: readonly number[]) => (known ? instants.map((at) => toLocal(zone, at)) : []);
  const [opens, clicks] = [local(opened), local(clicked)];
  parts.push({ hours: countHours(opens), weight: weights.opened });
  parts.push({ hours: countHours(clicks), weight: weights.clicked });
  const byDay = Map.groupBy([...opens, ...clicks], weekdayOf);
  const on = (day: Weekday) =>
    hourOf([...parts, { hours: countHours(byDay.get(day) ?? []), weight: weights.weekday }]);
  return {
    mon: on("mon"),
    tue: on("tue"),
    wed: on("wed"),
    thu: on("thu"),
    fri: on("fri"),
    sat: on("sat"),
    sun: on("sun"),
  };
}

type Part = { hours: Hours; weight: number };

function hourOf(parts: readonly Part[]): number {
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
