import type { DeclaredField } from "./formats/declared-fields.ts";
import { looksLikeAddress, type SampleRow } from "./formats/headers.ts";
import { inferColumn } from "./infer.ts";
import { aliases, guessMapping, isExport, squeezed } from "./mapping.ts";
import { presetFor } from "./presets.ts";
import type { ColumnMapping } from "./schema.ts";

/** Why a column is thought to go where it goes; `confidence` from 0 to 1. */
export type Guess = {
  how: "exact" | "alias" | "preset" | "fuzzy" | "values" | "remembered" | "none";
  confidence: number;
};
export type Guessed = { mapping: ColumnMapping[]; guesses: Guess[] };

/** What is less alike than this is not proposed. */
const fuzzyMin = 0.8;
/** Names in their own right that look like misspelled ones. */
const distinct = new Set([
  "county",
  "counties",
  "companies",
  "employees",
  "emailed",
  "accounts",
  "positions",
]);
const unknown: Guess = { how: "none", confidence: 0 };

type File = {
  headers: readonly string[];
  rows: readonly SampleRow[];
  /** What the file itself says of its custom fields, by column. */
  declared?: ReadonlyMap<string, DeclaredField> | undefined;
  /** The mapping that was used last for columns of the same names. */
  remembered?: readonly ColumnMapping[] | null;
};

/**
 * Proposes where each column goes: as last time, where the columns have the same names; else by the name of the column,
 * known, alike or of another product's export; else by its values. Every field is proposed once.
 */
export function guessColumns({ headers, rows, declared, remembered }: File): Guessed {
  if (remembered?.length === headers.length) {
    return {
      // The choices of then may not be those of this file.
      mapping: remembered.map(({ choices: _, ...column }, at) => ({
        ...column,
        column: at,
        header: headers[at] ?? "",
      })),
      guesses: remembered.map(() => ({ how: "remembered", confidence: 1 })),
    };
  }
  const mapping = guessMapping(headers);
  const guesses = mapping.map(({ header, target }) => ofName(header, target));
  fromPreset(mapping, guesses);
  byLikeness(mapping, guesses);
  byValues(mapping, guesses, rows);
  const own = isExport(headers);
  return {
    mapping: mapping.map((column) =>
      column.target.startsWith("custom.")
        ? {
            ...column,
            ...(declared?.get(column.header)
              ?? inferColumn(column.header, valuesOf(rows, column.column), { own })),
          }
        : column,
    ),
    guesses,
  };
}

function ofName(header: string, target: string): Guess {
  if (target.startsWith("custom.")) return unknown;
  const exact = squeezed(header) === squeezed(target) || target === "ignore";
  return exact ? { how: "exact", confidence: 1 } : { how: "alias", confidence: 0.95 };
}

function fromPreset(mapping: ColumnMapping[], guesses: Guess[]): void {
  const preset = presetFor(mapping.map(({ header }) => squeezed(header)));
  if (!preset) return;
  for (const column of mapping) {
    const target = preset.targets[squeezed(column.header)];
    if (target === undefined || target === column.target) continue;
    if (target !== "ignore" && isTaken(mapping, target)) continue;
    column.target = target;
    guesses[column.column] = { how: "preset", confidence: 0.95 };
  }
}

const isTaken = (mapping: readonly ColumnMapping[], target: string) =>
  mapping.some((column) => column.target === target);

function byLikeness(mapping: ColumnMapping[], guesses: Guess[]): void {
  for (const column of mapping) {
    if (!column.target.startsWith("custom.") || /^(custom|cf)[_. ]/i.test(column.header)) continue;
    const name = squeezed(column.header);
    if (distinct.has(name)) continue;
    let best = { target: "", likeness: 0 };
    for (const [target, names] of Object.entries(aliases)) {
      const likeness = Math.max(...names.map((alias) => likenessOf(name, alias)));
      if (likeness > best.likeness) best = { target, likeness };
    }
    if (best.likeness < fuzzyMin || isTaken(mapping, best.target)) continue;
    column.target = best.target;
    guesses[column.column] = { how: "fuzzy", confidence: Math.round(best.likeness * 100) / 100 };
  }
}

/** Without a column named so, the one that is full of addresses holds them. */
function byValues(mapping: ColumnMapping[], guesses: Guess[], rows: readonly SampleRow[]): void {
  if (isTaken(mapping, "email")) return;
  const scored = mapping.map(({ column }) => {
    const values = valuesOf(rows, column);
    return {
      column,
      share: values.length === 0 ? 0 : values.filter(looksLikeAddress).length / values.length,
    };
  });
  const best = scored.reduce((a, b) => (b.share > a.share ? b : a), { column: -1, share: 0 });
  const column = mapping[best.column];
  if (!column || best.share < fuzzyMin) return;
  column.target = "email";
  guesses[best.column] = { how: "values", confidence: Math.round(best.share * 100) / 100 };
}

const valuesOf = (rows: readonly SampleRow[], column: number): string[] =>
  rows.map(({ fields }) => (fields[column] ?? "").trim()).filter((value) => value !== "");

/** How alike two names are, from 0 to 1: the share of letters that need no edit (Levenshtein). Short names must be equal. */
export function likenessOf(a: string, b: string): number {
  const longest = Math.max(a.length, b.length);
  if (a === b) return longest === 0 ? 0 : 1;
  if (Math.min(a.length, b.length) < 6) return 0;
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return 1 - (row[b.length] ?? longest) / longest;
}
