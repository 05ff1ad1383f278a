import { recordBytesMax } from "../csv.ts";
import { rawTextMax } from "../schema.ts";
import { flatten, isObject, parseFaithfully } from "./flatten.ts";

/** An object of a JSON file as named cells, or what is wrong with it. `line` is its item, or its line in NDJSON. */
export type JsonItem =
  | { line: number; cells: Map<string, string>; problem?: undefined }
  | { line: number; cells?: undefined; problem: { code: "json_broken"; text: string; message: string } };

/** Broken items that may swallow a megabyte each, before a file is given up. */
const swallowedMax = 1000;

/**
 * The objects of NDJSON, one per line, some at a time. A broken line costs itself.
 * `pieces` are UTF-8 without a byte order mark.
 */
export async function* readNdjson(pieces: AsyncIterable<Buffer>): AsyncGenerator<JsonItem[]> {
  const lines = new Lines();
  for await (const piece of pieces) yield lines.push(piece.toString("latin1"), false);
  yield lines.push("", true);
}

/** The objects at the beginning of NDJSON, held as one character per byte; `final` when it is all of it. */
export const readNdjsonHead = (text: string, final: boolean): JsonItem[] => new Lines().push(text, final);

class Lines {
  #rest = "";
  #line = 1;

  push(piece: string, final: boolean): JsonItem[] {
    const text = this.#rest + piece;
    const items: JsonItem[] = [];
    let at = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", at)) {
      this.#read(text.slice(at, end), items);
      at = end + 1;
    }
    this.#rest = text.slice(at);
    if (final || this.#rest.length > recordBytesMax) {
      this.#read(this.#rest, items);
      this.#rest = "";
    }
    return items;
  }

  #read(text: string, items: JsonItem[]): void {
    if (text.trim() !== "") items.push(itemOf(text, this.#line));
    this.#line += 1;
  }
}

/**
 * The objects of a JSON array, or of objects one after another, some at a time; `wrapped` names the array where it is
 * the value of an object. What is broken costs the items it touches: reading goes on at the next that begins.
 */
export async function* readJson(
  pieces: AsyncIterable<Buffer>,
  wrapped: string | null = null,
): AsyncGenerator<JsonItem[]> {
  const splitter = new Splitter(wrapped);
  for await (const piece of pieces) yield splitter.push(piece.toString("latin1"), false);
  yield splitter.push("", true);
}

/** The objects at the beginning of JSON, as `readJson` gives them; `final` when it is all of it. */
export const readJsonHead = (text: string, final: boolean, wrapped: string | null): JsonItem[] =>
  new Splitter(wrapped).push(text, final);

/** Cuts a JSON array, held as one character per byte, into its items. */
class Splitter {
  #text = "";
  #wrapped: string | null;
  #item = 0;
  #swallowed = 0;
  #state: "before" | "within" | "after" = "before";
  #inArray = false;

  constructor(wrapped: string | null) {
    this.#wrapped = wrapped === null ? null : Buffer.from(wrapped, "utf8").toString("latin1");
  }

  push(piece: string, final: boolean): JsonItem[] {
    this.#text += piece;
    const items: JsonItem[] = [];
    let at = this.#state === "before" ? this.#begin() : 0;
    while (this.#state !== "before" && at < this.#text.length) {
      const next = this.#state === "after" ? this.#rest(at, items) : this.#next(at, final, items);
      if (next === at) break;
      at = next;
    }
    this.#text = this.#text.slice(at);
    if (final && (this.#text.trim() !== "" || (this.#state === "within" && this.#inArray)))
      items.push(
        this.#broken(this.#text, "The file ends in the middle: not all of it was saved or uploaded."),
      );
    return items;
  }

  /** Finds the start of the items, which may not be there yet. */
  #begin(): number {
    const opening =
      this.#wrapped === null ? /\S/ : new RegExp(`"${escapeRegExp(this.#wrapped)}"\\s*:\\s*\\[`);
    const found = opening.exec(this.#text);
    if (!found) return 0;
    this.#inArray = found[0].endsWith("[");
    this.#state = "within";
    return this.#inArray ? found.index + found[0].length : found.index;
  }

  /** Reads what stands at `at` among the items, and gives the place behind it; `at` itself when it is not all there. */
  #next(at: number, final: boolean, items: JsonItem[]): number {
    const skipped = /[^\s,]/g;
    skipped.lastIndex = at;
    const start = skipped.exec(this.#text)?.index;
    if (start === undefined) return this.#text.length;
    if (this.#text[start] === "]" && this.#inArray) {
      this.#state = "after";
      return start + 1;
    }
    const end = this.#text[start] === "{" ? objectEnd(this.#text, start) : "broken";
    if (end === "incomplete" && !final && this.#text.length - start <= recordBytesMax) return start;
    if (typeof end === "number") {
      const item = itemOf(this.#text.slice(start, end), this.#item + 1);
      if (item.cells) {
        this.#item += 1;
        items.push(item);
        return end;
      }
    }
    return this.#skipBroken(start, final, items);
  }

  /** Reports what is broken from `start` on, and goes on where the next object begins. */
  #skipBroken(start: number, final: boolean, items: JsonItem[]): number {
    const following = /[,\]}\n]\s*\{/g;
    following.lastIndex = start + 1;
    const found = following.exec(this.#text);
    const tooLong = this.#text.length - start > recordBytesMax;
    if (!found && !final && !tooLong) return start;
    if (tooLong) this.#swallowed += 1;
    const end = found && this.#swallowed <= swallowedMax ? found.index + 1 : this.#text.length;
    const text = this.#text.slice(start, end);
    items.push(this.#broken(text, sentenceFor(text)));
    if (final && !found && /\]\s*\}?\s*$/.test(text)) this.#state = "after";
    return end;
  }

  /** What follows the end of the array: the end of the object around it, if any, and nothing else. */
  #rest(at: number, items: JsonItem[]): number {
    const rest = this.#text.slice(at);
    if (this.#wrapped === null && rest.trim() !== "") {
      items.push(
        this.#broken(
          rest,
          "There is more text behind the end of the list. Remove it, or close the list behind it.",
        ),
      );
    }
    return this.#text.length;
  }

  #broken(text: string, message: string): JsonItem {
    this.#item += 1;
    return broken(this.#item, text, message);
  }
}

/** Where the object that begins at `start` ends; "broken" when what stands there is none. */
function objectEnd(text: string, start: number): number | "incomplete" | "broken" {
  // Outside of strings only these characters occur in JSON; any other is damage, and found at once.
  const marks = /["{}[\]]|[^\s\d:,+\-.eEtrufalsn]/g;
  const open: string[] = [];
  marks.lastIndex = start;
  for (let found = marks.exec(text); found; found = marks.exec(text)) {
    const [mark] = found;
    if (mark === "{" || mark === "[") open.push(mark);
    else if (mark === '"') {
      const end = stringEnd(text, found.index + 1);
      if (typeof end === "string") return end;
      marks.lastIndex = end;
    } else if (mark === "}" || mark === "]") {
      if (open.pop() !== (mark === "}" ? "{" : "[")) return "broken";
      if (open.length === 0) return found.index + 1;
    } else return "broken";
  }
  return "incomplete";
}

/** Where a string ends whose first character stands at `from`. A line break cannot stand in one. */
function stringEnd(text: string, from: number): number | "incomplete" | "broken" {
  const marks = /["\\\u0000-\u001f]/g;
  marks.lastIndex = from;
  for (let found = marks.exec(text); found; found = marks.exec(text)) {
    if (found[0] === '"') return found.index + 1;
    if (found[0] !== "\\") return "broken";
    marks.lastIndex = found.index + 2;
  }
  return "incomplete";
}

function itemOf(binary: string, line: number): JsonItem {
  const text = decoded(binary);
  try {
    const value = parseFaithfully(text);
    if (isObject(value)) return { line, cells: flatten(value) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return broken(line, binary, sentenceFor(binary));
}

const sentenceFor = (binary: string) =>
  binary.trimStart().startsWith("{")
    ? "This object is not valid JSON: a quotation mark, comma or brace is missing or too many. Correct it."
    : 'A contact is an object such as {"email": "ada@example.com"}; this is something else.';

const broken = (line: number, binary: string, message: string): JsonItem => ({
  line,
  problem: { code: "json_broken", text: decoded(binary.slice(0, rawTextMax)).trim(), message },
});

const decoded = (binary: string): string =>
  /[\u0080-\u00ff]/.test(binary) ? Buffer.from(binary, "latin1").toString("utf8") : binary;

const escapeRegExp = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
