import { Liquid, type Context, type FilterImplOptions } from "liquidjs";
import { DateTime } from "luxon";
import { plainText } from "./merge-fields.ts";

type FilterHandler = Exclude<FilterImplOptions, { raw: boolean }>;

const builtin = new Liquid().filters;

/** A filter of the library, under its own name. */
function library(name: string): FilterHandler {
  const filter = builtin[name];
  if (typeof filter !== "function") throw new Error(`liquidjs has no plain filter ${name}.`);
  return filter;
}

const number = (value: unknown) => {
  const text = plainText(value).trim();
  return text === "" ? Number.NaN : Number(text);
};
/** What is not a number comes out as it went in, never as "NaN". */
const numeric =
  (work: (value: number, ...rest: unknown[]) => string) =>
  (value: unknown, ...rest: unknown[]) =>
    Number.isFinite(number(value)) ? work(number(value), ...rest) : value;

const zoneOf = (context: Context) => {
  const zone = plainText(context.getSync(["timezone"]));
  return DateTime.utc().setZone(zone).isValid ? zone : "UTC";
};
const nowOf = (context: Context) => plainText(context.getSync(["now"]));

function instant(value: unknown, context: Context): DateTime | null {
  const text = plainText(value).trim();
  const source = text === "now" || text === "today" ? nowOf(context) : text;
  const zone = zoneOf(context);
  for (const parsed of [DateTime.fromISO(source, { zone }), DateTime.fromSQL(source, { zone })])
    if (parsed.isValid) return parsed;
  return null;
}

const units = ["minutes", "hours", "days", "weeks", "months", "years"] as const;

const shift = (from: DateTime, amount: unknown, unit: unknown) => {
  const name = units.find((each) => each.replace(/s$/, "") === plainText(unit || "days").replace(/s$/, ""));
  return Number.isFinite(number(amount)) && name
    ? from.plus({ [name]: number(amount) }).toISO()
    : from.toISO();
};

/** American numbers as they are dialled and read; others keep their digits, in groups of three. */
function phone(value: unknown): string {
  const text = plainText(value).trim();
  const digits = text.replace(/\D/g, "");
  const american = /^(?:\+?1)?(\d{3})(\d{3})(\d{4})$/.exec(text.startsWith("+") ? `+${digits}` : digits);
  if (american) return `${text.startsWith("+") ? "+1 " : ""}(${american[1]}) ${american[2]}-${american[3]}`;
  return digits.length < 5
    ? text
    : `${text.startsWith("+") ? "+" : ""}${digits.replace(/(\d{3})(?=\d{2,})/g, "$1 ")}`;
}

function currency(amount: number, code: unknown): string {
  const name = plainText(code || "USD").toUpperCase();
  if (!/^[A-Z]{3}$/.test(name)) return String(amount);
  return new Intl.NumberFormat("en-US", { style: "currency", currency: name }).format(amount);
}

/** A field that a message may not go out without, and that the recipient does not have. */
export class MissingValue extends Error {
  constructor(field: string) {
    super(`${field} is empty, and this email may not go out without it. Fill it in on the contact.`);
  }
}

/** Every filter that a template may use. */
export const filters: Readonly<Record<string, FilterHandler>> = {
  ...Object.fromEntries(
    [
      "upcase",
      "downcase",
      "capitalize",
      "truncate",
      "strip_html",
      "replace",
      "split",
      "join",
      "first",
      "last",
    ].map((name) => [name, library(name)]),
  ),
  ...Object.fromEntries(
    ["round", "divided_by", "plus", "minus", "times"].map((name) => {
      const work = library(name);
      const guarded: FilterHandler = function (value: unknown, ...rest: unknown[]): unknown {
        if (!Number.isFinite(number(value))) return value;
        const result: unknown = work.call(
          this,
          number(value),
          ...rest.map((each) => (each === undefined ? each : number(each))),
        );
        return typeof result === "number" && !Number.isFinite(result) ? value : result;
      };
      return [name, guarded];
    }),
  ),
  default: (value: unknown, fallback: unknown) => (isBlank(value) ? fallback : value),
  required(value: unknown, field: unknown) {
    if (isBlank(value)) throw new MissingValue(plainText(field) || "A field");
    return value;
  },
  titlecase: (value: unknown) =>
    plainText(value)
      .toLowerCase()
      .replace(/(^|[\s\-(/])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase()),
  date(value: unknown, format: unknown): unknown {
    const at = instant(value, this.context);
    if (!at) return value;
    return library("date").call(
      this,
      at.toISO(),
      plainText(format) || "%B %-d, %Y",
      zoneOf(this.context),
    ) as unknown;
  },
  time_ago(value: unknown) {
    const base = instant("now", this.context) ?? undefined;
    return instant(value, this.context)?.toRelative({ base, locale: "en" }) ?? value;
  },
  date_add(value: unknown, amount: unknown, unit: unknown) {
    const at = instant(value, this.context);
    return at ? shift(at, amount, unit) : value;
  },
  days_from_now(value: unknown) {
    const now = instant("now", this.context);
    return now && Number.isFinite(number(value)) ? shift(now, value, "days") : value;
  },
  currency: numeric(currency),
  percentage: numeric((value, digits) => {
    const places = Math.min(20, Math.max(0, number(digits) || 0));
    return `${(value * 100).toFixed(places)}%`;
  }),
  number_with_delimiter: numeric((value) =>
    new Intl.NumberFormat("en-US", { maximumFractionDigits: 20 }).format(value),
  ),
  phone,
  url_encode: (value: unknown) => encodeURIComponent(plainText(value).toWellFormed()),
};

/** Nothing to show: absent, empty, only spaces, or an empty list. */
export function isBlank(value: unknown): boolean {
  return value === false || plainText(value).trim() === "";
}
