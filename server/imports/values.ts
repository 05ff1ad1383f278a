import { parsePhoneNumberFromString } from "libphonenumber-js/min";
import type { CountryCode } from "libphonenumber-js/min";
import { DateTime } from "luxon";
import { lifecycleStages } from "#server/segments/schema";
import type { DateOrder } from "./schema.ts";

/*
 * How one value of a file is read. A problem is a sentence with a code; a value that is kept with a remark has both.
 */

export type Remark = { code: string; message: string };
export type Read<T> = { value: T; warning?: Remark } | { problem: Remark };

const short = (text: string) => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
const problem = (code: string, message: string) => ({ problem: { code, message } });

/**
 * A whole number of North America. The library would match it against each of the 25 countries that share the code, to
 * tell which one it is of: nobody asks, and it makes half of the time a row takes.
 */
const northAmerican = /^\+1[ .-]?\(?([2-9]\d\d)\)?[ .-]?(\d{3})[ .-]?(\d{4})$/;

/** A phone number as E.164, "ext." behind it; what cannot be one is kept as it is, with a remark. */
export function readPhone(typed: string, country: string | null): Read<string> {
  const text = typed.replace(/^00(?=[1-9])/, "+");
  if (!country && !text.startsWith("+")) return { value: typed };
  const known = northAmerican.exec(text);
  if (known) return { value: `+1${known[1]}${known[2]}${known[3]}` };
  const phone = parsePhoneNumberFromString(text, (country ?? undefined) as CountryCode | undefined);
  if (!phone?.isPossible()) {
    const message = `"${short(typed)}" does not look like a phone number${text.startsWith("+") ? "" : ` of ${country}`}. It is kept as it is.`;
    return { value: typed, warning: { code: "phone_unusual", message } };
  }
  return { value: phone.ext ? `${phone.number} ext. ${phone.ext}` : phone.number };
}

const shapes: Record<DateOrder, string> = {
  iso: "2026-05-31",
  dmy: "31.05.2026",
  mdy: "05/31/2026",
  ymd: "2026/05/31",
};
const isoDate = /^(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}.*)?$/;
const dayFirst = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;
const yearFirst = /^(\d{4})[./-](\d{1,2})[./-](\d{1,2})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;

/** A moment written in the file's order of day and month, or as ISO 8601; in `zone` unless it names its own. */
function momentOf(text: string, order: DateOrder, zone: string): DateTime | null {
  const moment = isoDate.test(text)
    ? DateTime.fromISO(text.replace(" ", "T"), { zone })
    : localMoment(text, order, zone);
  return moment?.isValid ? moment : null;
}

function localMoment(text: string, order: DateOrder, zone: string): DateTime | null {
  const found = (order === "ymd" ? yearFirst : order === "iso" ? null : dayFirst)?.exec(text);
  if (!found) return null;
  const [a = 0, b = 0, c = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1)
    .map((part) => Number(part ?? 0));
  const century = (year: number) => (year >= 100 ? year : year < 70 ? 2000 + year : 1900 + year);
  const [year, month, day] =
    order === "ymd" ? [a, b, c] : order === "dmy" ? [century(c), b, a] : [century(c), a, b];
  return DateTime.fromObject({ year, month, day, hour, minute, second }, { zone });
}

/** A day as YYYY-MM-DD; of a value with a time, the day in `zone`. */
export function readDay(text: string, order: DateOrder, zone: string): Read<string> {
  const day = momentOf(text, order, zone)?.toISODate();
  return day
    ? { value: day }
    : problem(
        "date_invalid",
        `"${short(text)}" is not a date written like ${shapes[order]}. Correct it, or choose how this file writes dates.`,
      );
}

/** A moment as ISO 8601 in UTC. */
export function readMoment(text: string, order: DateOrder, zone: string): Read<string> {
  const moment = momentOf(text, order, zone)?.toUTC().toISO();
  return moment
    ? { value: moment }
    : problem(
        "date_invalid",
        `"${short(text)}" is not a date or time written like ${shapes[order]}. Correct it, or choose how this file writes dates.`,
      );
}

/** A moment to the microsecond, as Postgres writes one in UTC. */
export function readInstant(text: string, order: DateOrder, zone: string): Read<string> {
  const read = readMoment(text, order, zone);
  if ("problem" in read) return read;
  const [seconds = "", milliseconds = ""] = read.value.replace("T", " ").slice(0, -1).split(".");
  const exact = /:\d{2}\.(\d{1,6})Z$/.exec(text)?.[1] ?? milliseconds;
  const fraction = exact.replace(/0+$/, "");
  return { value: fraction === "" ? seconds : `${seconds}.${fraction}` };
}

const numbers = {
  ".": /^[-+]?(\d{1,3}(,\d{3})+|\d{1,15})?(\.\d{1,15})?$/,
  ",": /^[-+]?(\d{1,3}(\.\d{3})+|\d{1,15})?(,\d{1,15})?$/,
};

/** A number with or without thousands separators: `decimal` says which sign is which. */
export function readNumber(typed: string, decimal: "." | ","): Read<number> {
  const text = typed.replace(/[\s'’\u00a0\u202f]/g, "");
  const plain = decimal === "." ? text.replaceAll(",", "") : text.replaceAll(".", "").replace(",", ".");
  const value = /\d/.test(text) && numbers[decimal].test(text) ? Number(plain) : Number.NaN;
  return Number.isFinite(value)
    ? { value }
    : problem(
        "number_invalid",
        `"${short(typed)}" is not a number written like ${decimal === "." ? "1,234.5" : "1.234,5"}.`,
      );
}

const yes = new Set(
  "true yes y 1 on x t ja wahr oui vrai si sí verdadero sim verdadeiro vero tak da ✓".split(" "),
);
const no = new Set("false no n 0 off f nein falsch non faux falso nao não nee nie ✗".split(" "));

export function readBoolean(text: string): Read<boolean> {
  const word = text.toLowerCase();
  if (yes.has(word)) return { value: true };
  if (no.has(word)) return { value: false };
  return problem("boolean_invalid", `"${short(text)}" is neither yes nor no.`);
}

/** One of the choices, in any case, as they are defined. */
export function readChoice(text: string, choices: ReadonlyMap<string, string>): Read<string> {
  const choice = choices.get(text.toLowerCase());
  if (choice !== undefined) return { value: choice };
  const known = [...choices.values()].slice(0, 10).join(", ");
  return problem(
    "choice_unknown",
    `"${short(text)}" is not one of the choices: ${known}. Correct it, or add it to the field.`,
  );
}

export function readScore(text: string): Read<string> {
  const score = /^\d{1,3}([.,]0+)?$/.test(text) ? Number.parseInt(text, 10) : Number.NaN;
  return score <= 100
    ? { value: String(score) }
    : problem("score_invalid", `"${short(text)}" is not a score: a whole number from 0 to 100.`);
}

const stages: readonly string[] = lifecycleStages;
const wordOf = (text: string) => text.toLowerCase().replace(/[\s-]+/g, "_");

export function readStage(text: string): Read<string> {
  const stage = wordOf(text);
  return stages.includes(stage)
    ? { value: stage }
    : problem("stage_unknown", `"${short(text)}" is not a stage. The stages are ${stages.join(", ")}.`);
}

/** What other tools call the states of a contact. Whole words only: "inactive" is not "active". */
const statuses = new Map(
  Object.entries({
    // What other senders call people along the way: none of it says that they may not be mailed.
    active:
      "active subscribed confirmed opted_in opt_in enabled replied contacted interested completed in_progress not_started not_contacted opened clicked",
    unsubscribed: "unsubscribed opted_out opt_out optout unsub do_not_contact do_not_email",
    bounced: "bounced bounce hard_bounce hard_bounced cleaned invalid",
    complained: "complained complaint spam spam_complaint abuse",
    archived: "archived",
  }).flatMap(([status, words]) => words.split(" ").map((word): [string, string] => [word, status])),
);

export function readStatus(text: string): Read<string> {
  const status = statuses.get(wordOf(text));
  return status
    ? { value: status }
    : problem(
        "status_unknown",
        `"${short(text)}" is not a status known here. Write active, unsubscribed, bounced, complained or archived.`,
      );
}

const legalForms = new Map(
  [
    "GmbH",
    "AG",
    "KG",
    "SE",
    "LLC",
    "Ltd",
    "Inc",
    "PLC",
    "LLP",
    "SA",
    "SAS",
    "SARL",
    "BV",
    "NV",
    "AB",
    "Oy",
    "USA",
    "UK",
  ].map((form) => [form.toLowerCase(), form]),
);

/** "ACME WIDGETS GMBH" as "Acme Widgets GmbH". A name that mixes cases is somebody's choice; one short word may be initials. */
export function titleCase(text: string): string {
  const oneCase = text === text.toUpperCase() || text === text.toLowerCase();
  if (!oneCase || /^\S{1,4}$/.test(text)) return text;
  return text
    .toLowerCase()
    .replace(
      /[\p{L}\p{N}]+(?:['’][\p{L}]+)*/gu,
      (word) => legalForms.get(word) ?? word.charAt(0).toUpperCase() + word.slice(1),
    );
}
