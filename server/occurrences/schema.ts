import { z } from "zod";
import { localTime, weekdays, type Weekday } from "../campaigns/content/schema.ts";

export const repeatUnits = ["day", "week", "month"] as const;
export type RepeatUnit = (typeof repeatUnits)[number];

const interval = z.coerce
  .number({ error: "Enter a number." })
  .int("Enter a whole number.")
  .min(1, "1 is the least.")
  .max(99, "99 is the most.");
const ends = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("never") }),
  /** The last day, on the campaign's calendar. */
  z.object({ kind: z.literal("on"), date: z.iso.date("Choose the last day.") }),
  /** A time that was missed or refused counts too. */
  z.object({
    kind: z.literal("after"),
    times: z.coerce
      .number({ error: "Enter how many times." })
      .int("Enter a whole number.")
      .min(1, "Once is the least.")
      .max(999, "999 times are the most."),
  }),
]);

/** When a campaign is launched again. A month that does not have the day means its last one. */
export const repeat = z.discriminatedUnion("every", [
  z.object({ every: z.literal("day"), interval, ends }),
  z.object({
    every: z.literal("week"),
    interval,
    ends,
    weekdays: z.array(z.enum(weekdays)).min(1, "Choose at least one day."),
  }),
  z.object({
    every: z.literal("month"),
    interval,
    ends,
    monthDay: z.coerce
      .number({ error: "Enter a day of the month." })
      .int("Enter a whole number.")
      .min(1, "The 1st is the first.")
      .max(31, "The 31st is the last."),
  }),
]);
export type Repeat = z.infer<typeof repeat>;

/** `campaign_schedules.recurrence`. `start`: on the wall clock of the campaign's zone, before which there is no time. */
export const series = z.object({ repeat, start: localTime });

export const previewInput = z.object({ id: z.uuid(), at: localTime, repeat });
/** `before`: the number of the last one that is shown already. Parses a URL leniently. */
export const occurrenceListInput = z.object({
  id: z.uuid(),
  before: z.coerce.number().int().positive().optional().catch(undefined),
});

/** `number`: what the repeat is to be, one more than there are. */
export const byHandInput = z.object({ id: z.uuid(), number: z.int().positive() });

/** After so many refusals in a row a series ends: what is wrong will not mend by itself. */
export const refusalsMax = 3;

const dayNames: Record<Weekday, string> = {
  mon: "Monday",
  tue: "Tuesday",
  wed: "Wednesday",
  thu: "Thursday",
  fri: "Friday",
  sat: "Saturday",
  sun: "Sunday",
};

const list = new Intl.ListFormat("en");
const ordinals = new Intl.PluralRules("en", { type: "ordinal" });
const endings: Record<string, string> = { one: "st", two: "nd", few: "rd" };
const ordinal = (n: number) => `${n}${endings[ordinals.select(n)] ?? "th"}`;

/** `Every 2 weeks on Monday and Friday, 10 times`. */
export function repeatWords(rule: Repeat): string {
  const { every, interval: n, ends: until } = rule;
  const rhythm = n === 1 ? `Every ${every}` : `Every ${n} ${every}s`;
  const days =
    rule.every === "week"
      ? ` on ${list.format(weekdays.filter((day) => rule.weekdays.includes(day)).map((day) => dayNames[day]))}`
      : rule.every === "month"
        ? ` on the ${ordinal(rule.monthDay)}${rule.monthDay > 28 ? " or the last day" : ""}`
        : "";
  const end =
    until.kind === "never"
      ? ""
      : until.kind === "on"
        ? `, until ${dateWords(new Date(until.date), "UTC")}`
        : `, ${until.times === 1 ? "once" : `${until.times} times`}`;
  return `${rhythm}${days}${end}`;
}

/** `22 Nov 2026`. */
export const dateWords = (at: Date, timeZone: string): string =>
  new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone }).format(at);
