import { joinNames } from "#server/exports/names";
import { storable } from "./headers.ts";

/** Levels of objects within objects that become columns of their own; deeper ones stay JSON. */
const depthMax = 5;

/**
 * A JSON object as the cells of a row, by column name: objects within it under `outer.inner`, lists of plain values
 * joined as in our own exports, lists of objects as JSON. Numbers come as they are written, null as blank.
 */
export function flatten(item: object): Map<string, string> {
  const cells = new Map<string, string>();
  add(cells, "", item, 0);
  return cells;
}

function add(cells: Map<string, string>, prefix: string, item: object, depth: number): void {
  for (const [key, value] of Object.entries(item) as [string, unknown][]) {
    const name = prefix === "" ? key : `${prefix}.${key}`;
    if (isObject(value) && depth < depthMax) add(cells, name, value, depth + 1);
    else if (!cells.has(storable(name))) cells.set(storable(name), cellOf(value));
  }
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  // Half of a surrogate pair is no text that can be stored.
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    return items.some((each) => typeof each === "object" && each !== null)
      ? JSON.stringify(value).toWellFormed()
      : joinNames(items.map(cellOf));
  }
  return typeof value === "object" ? JSON.stringify(value).toWellFormed() : `${value as number | boolean}`;
}

export const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Numbers that JavaScript would write otherwise than the file does: long ones, 1.50, 1e3. */
const unfaithful = /\d{16}|\d[eE][+-]?\d|\.\d*0(?!\d)|-0/;

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;
/** As Node's, which hands the text of a number on; the type of the language version does not know it yet. */
const parseWith = JSON.parse as (text: string, reviver: Reviver) => unknown;

/** JSON text as values, with numbers as they are written. Throws SyntaxError. */
export function parseFaithfully(text: string): unknown {
  if (!unfaithful.test(text)) return JSON.parse(text);
  return parseWith(text, (_, value, { source }) => (typeof value === "number" ? (source ?? value) : value));
}
