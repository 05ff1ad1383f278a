import { columnsMax } from "../schema.ts";
import type { Note } from "./schema.ts";

/** What a person is told of names for which there was no room; at least one. */
export function crowded(dropped: readonly string[]): Note {
  const rest =
    dropped.length > 1 ? `"${dropped[0]}" and ${dropped.length - 1} more are` : `"${dropped[0]}" is`;
  const message = `The contacts have more than ${columnsMax} different fields: ${rest} left out. Remove those you do not need.`;
  return { code: "crowded_columns", message };
}

/** Puts named cells into the columns of a table; names that were not known before become columns at its end. */
export class Columns {
  #index: Map<string, number>;
  /** Names that came up while rows were placed, with the line of the first row that has them. */
  readonly late: { header: string; line: number }[] = [];
  /** Names for which there was no room any more. */
  readonly dropped = new Set<string>();

  constructor(names: readonly string[]) {
    this.#index = new Map(names.map((name, column) => [name, column]));
  }

  get names(): string[] {
    return [...this.#index.keys()];
  }

  place(cells: ReadonlyMap<string, string>, line: number): string[] {
    const row: string[] = [];
    for (const [name, value] of cells) {
      const column = this.#columnOf(name.trim(), line);
      if (column === undefined) continue;
      while (row.length < column) row.push("");
      row[column] = value;
    }
    return row;
  }

  #columnOf(name: string, line: number): number | undefined {
    const known = this.#index.get(name);
    if (known !== undefined) return known;
    if (this.#index.size >= columnsMax) {
      if (this.dropped.size < 100) this.dropped.add(name);
      return undefined;
    }
    this.late.push({ header: name, line });
    this.#index.set(name, this.#index.size);
    return this.#index.size - 1;
  }
}
