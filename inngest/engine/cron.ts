import { DateTime, IANAZone } from "luxon";

type Field = { values: Set<number>; any: boolean };

/** A schedule that has been read: five fields and the zone they are meant in. */
export type Schedule = { minute: Field; hour: Field; day: Field; month: Field; weekday: Field; zone: string };

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const named: Record<string, string> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

/**
 * Reads "[TZ=Zone] minute hour day month weekday"; UTC unless a zone is named.
 * @throws Error with a sentence that says which part cannot be read.
 */
export function parseCron(expression: string): Schedule {
  const zoned = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(expression.trim());
  const zone = zoned?.[1] ?? "UTC";
  if (!IANAZone.isValidZone(zone)) throw new Error(`"${zone}" in cron "${expression}" is not a time zone.`);
  const text = zoned?.[2] ?? expression.trim();
  const parts = (named[text] ?? text).split(/\s+/);
  const [minute, hour, day, month, weekday] = parts;
  if (parts.length !== 5 || !minute || !hour || !day || !month || !weekday) {
    throw new Error(`Cron "${expression}" must have five fields: minute hour day month weekday.`);
  }
  const read = (field: string, what: string, low: number, high: number, names: string[] = []) =>
    parseField(field, { what: `the ${what} in cron "${expression}"`, low, high, names });
  return {
    minute: read(minute, "minute", 0, 59),
    hour: read(hour, "hour", 0, 23),
    day: read(day, "day", 1, 31),
    month: read(month, "month", 1, 12, months),
    weekday: read(weekday, "weekday", 0, 7, weekdays),
    zone,
  };
}

type Bounds = { what: string; low: number; high: number; names: string[] };

function parseField(field: string, bounds: Bounds): Field {
  const values = new Set<number>();
  for (const item of field.toLowerCase().split(",")) {
    const [range = "", step = "1", ...rest] = item.split("/");
    const [from, to] = parseRange(range, item.includes("/"), bounds);
    if (rest.length > 0 || !/^[1-9]\d*$/.test(step))
      throw new Error(`${bounds.what}: "${item}" has no valid step.`);
    for (let value = from; value <= to; value += Number(step)) {
      values.add(bounds.names === weekdays && value === 7 ? 0 : value);
    }
  }
  return { values, any: /^[*?]/.test(field) };
}

function parseRange(range: string, stepped: boolean, { what, low, high, names }: Bounds): [number, number] {
  if (range === "*" || range === "?") return [low, names === weekdays ? 6 : high];
  const numbers = range.split("-").map((text) => {
    const name = names.indexOf(text);
    const value =
      name < 0 ? Number(/^\d+$/.test(text) ? text : Number.NaN) : name + (names === months ? 1 : 0);
    if (!(value >= low && value <= high)) throw new Error(`${what}: "${text}" is not within ${low}-${high}.`);
    return value;
  });
  const [from = low, to = stepped ? high : from] = numbers;
  if (numbers.length > 2 || to < from) throw new Error(`${what}: "${range}" is not a range.`);
  return [from, to];
}

/**
 * The first fire after an instant. Walks real time, so that a wall-clock moment which a time change skips is
 * skipped, and one that it repeats fires once, unless the schedule runs every hour anyway.
 * @throws Error when the schedule never fires, such as on 31 February.
 */
export function nextFire(schedule: Schedule, after: Date): Date {
  let at: DateTime = DateTime.fromJSDate(after, { zone: schedule.zone })
    .startOf("minute")
    .plus({ minutes: 1 });
  const end = at.plus({ years: 5 });
  while (at < end) {
    if (!schedule.month.values.has(at.month)) at = at.plus({ months: 1 }).startOf("month");
    else if (!isDay(schedule, at)) at = at.plus({ days: 1 }).startOf("day");
    else if (!schedule.hour.values.has(at.hour) || isRepeated(schedule, at)) at = nextHour(at);
    else if (!schedule.minute.values.has(at.minute)) at = at.plus({ minutes: 1 });
    else return at.toJSDate();
  }
  throw new Error("The schedule does not fire within five years.");
}

/** As everywhere in cron: when both the day and the weekday are restricted, either is enough. */
function isDay({ day, weekday }: Schedule, at: DateTime): boolean {
  const byDay = day.values.has(at.day);
  const byWeekday = weekday.values.has(at.weekday % 7);
  return day.any || weekday.any ? byDay && byWeekday : byDay || byWeekday;
}

function isRepeated({ hour }: Schedule, at: DateTime): boolean {
  if (hour.any) return false;
  const before = at.minus({ hours: 1 });
  return before.hour === at.hour && before.offset !== at.offset;
}

/** To the next wall-clock hour by adding minutes of real time: zones differ by 30 and 45 minutes too. */
function nextHour(at: DateTime): DateTime {
  return at.plus({ minutes: 60 - at.minute });
}
