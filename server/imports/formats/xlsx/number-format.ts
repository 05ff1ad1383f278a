/** What a number in a cell means, by the format it is shown in. */
export type NumberMeaning =
  | { as: "number" }
  | { as: "date" | "time" | "dateTime" }
  /** Shown with leading zeros, as postal codes are. */
  | { as: "digits"; width: number };

const plain: NumberMeaning = { as: "number" };

/** Formats that every workbook knows by number (ECMA-376 18.8.30), the East Asian ones included. */
const builtIn = new Map<number, NumberMeaning>();
for (const id of [14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58])
  builtIn.set(id, { as: "date" });
for (const id of [18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56]) builtIn.set(id, { as: "time" });
builtIn.set(22, { as: "dateTime" });

/** The meaning of numbers under a format, by its number, or by its code where the workbook brings one. */
export function meaningOf(id: number, code: string | undefined): NumberMeaning {
  if (code === undefined) return builtIn.get(id) ?? plain;
  // Only the form of positive numbers counts; quoted text, escapes, colours and conditions say nothing about it.
  const bare = (code.split(";")[0] ?? "")
    .replace(/"[^"]*"|\\.|_.|\*./g, "")
    .replace(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, "")
    .toLowerCase();
  if (/^0{2,}$/.test(bare)) return { as: "digits", width: bare.length };
  if (/general|[#0?]/.test(bare.replace(/\.0+/g, ""))) return plain;
  const time = /[hs]|am\/pm/.test(bare);
  // Without hours or seconds beside them, m and mm are months.
  const date = /[dy]/.test(bare) || (!time && /m/.test(bare)) || /m{3,}/.test(bare);
  if (date && time) return { as: "dateTime" };
  if (date) return { as: "date" };
  return time ? { as: "time" } : plain;
}

const dayMs = 86_400_000;

/** A number as it was typed, or as an ISO 8601 date or time where its format says that it is one. */
export function writeNumber(text: string, meaning: NumberMeaning, epoch1904: boolean): string {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) return text;
  // Workbooks keep seventeen digits of what was typed with fewer; the shortest form is what stood there.
  if (meaning.as === "number") return shortest(value);
  if (meaning.as === "digits")
    return Number.isSafeInteger(value) && value >= 0
      ? String(value).padStart(meaning.width, "0")
      : shortest(value);
  const ms = Math.round(value * 86_400) * 1000;
  if (meaning.as === "time" && value >= 0 && value < 1) return new Date(ms).toISOString().slice(11, 19);
  // The first day of 1900 is 1, and Excel believes in 29 February 1900: day 60 never was.
  const start = epoch1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, value < 60 ? 31 : 30);
  const moment = new Date(start + ms);
  if (value < 0 || Number.isNaN(moment.getTime()) || moment.getUTCFullYear() > 9999) return shortest(value);
  const iso = moment.toISOString();
  const midnight = ms % dayMs === 0;
  return meaning.as === "date" || (meaning.as === "dateTime" && midnight)
    ? iso.slice(0, 10)
    : iso.slice(0, 19);
}

/** Digits without an exponent, up to the 21 that numbers have. */
const shortest = (value: number) =>
  Number.isInteger(value) && Math.abs(value) < 1e21 ? BigInt(value).toString() : String(value);
