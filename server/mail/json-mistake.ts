import { placeOf } from "./liquid-pieces.ts";
import type { TemplateProblem } from "./schema.ts";

const depthMax = 50;

class Mistake extends Error {
  readonly offset: number;
  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/**
 * The first place where a text is not JSON, with what was expected there; null for what `JSON.parse` reads, which does
 * not always say where it stopped. Lists and objects stand in each other at most 50 deep.
 */
export function jsonMistake(source: string): TemplateProblem | null {
  try {
    const end = pastSpace(source, valueEnd(source, 0, 0));
    if (end < source.length) throw expected("nothing more", source, end);
    return null;
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    return { ...placeOf(source, error.offset), message: error.message };
  }
}

function valueEnd(source: string, from: number, depth: number): number {
  const at = pastSpace(source, from);
  const first = source[at];
  if (first === '"') return textEnd(source, at);
  if (first === "{" || first === "[") return itemsEnd(source, at, depth);
  const end = past(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y, source, at);
  if (end === at) throw expected('a value, such as "text", 12 or true', source, at);
  return end;
}

function itemsEnd(source: string, open: number, depth: number): number {
  if (depth >= depthMax)
    throw new Mistake(open, `Lists and objects may stand in each other ${depthMax} deep, no deeper.`);
  const close = source[open] === "{" ? "}" : "]";
  let at = pastSpace(source, open + 1);
  if (source[at] === close) return at + 1;
  for (;;) {
    if (close === "}") at = nameEnd(source, at);
    at = pastSpace(source, valueEnd(source, at, depth + 1));
    if (source[at] === close) return at + 1;
    if (source[at] !== ",") throw expected(`a comma or ${close}`, source, at);
    at = pastSpace(source, at + 1);
  }
}

/** Behind a name and its colon. */
function nameEnd(source: string, from: number): number {
  if (source[from] !== '"') throw expected("a name in double quotes", source, from);
  const at = pastSpace(source, textEnd(source, from));
  if (source[at] !== ":") throw expected("a colon after the name", source, at);
  return at + 1;
}

function textEnd(source: string, open: number): number {
  const end = past(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*/y, source, open);
  const stop = source[end];
  if (stop === '"') return end + 1;
  if (stop === "\\")
    throw new Mistake(end, 'A backslash stands before ", \\, /, b, f, n, r, t or u with four digits.');
  if (stop === undefined || stop === "\n" || stop === "\r")
    throw new Mistake(open, "This text is never closed. Add the double quote where it ends.");
  const code = stop.charCodeAt(0).toString(16).padStart(4, "0");
  throw new Mistake(end, `A control character stands in a text as \\u${code}.`);
}

const pastSpace = (source: string, at: number) => past(/[ \t\n\r]*/y, source, at);

/** Behind what the pattern, which is sticky, finds here; here when that is nothing. */
function past(pattern: RegExp, source: string, at: number): number {
  pattern.lastIndex = at;
  return at + (pattern.exec(source)?.[0].length ?? 0);
}

function expected(what: string, source: string, at: number): Mistake {
  const word = past(/[\w'.-]{1,20}/y, source, at);
  const found = at >= source.length ? "the end" : `“${source.slice(at, Math.max(word, at + 1))}”`;
  return new Mistake(at, `Expected ${what}, found ${found}.`);
}
