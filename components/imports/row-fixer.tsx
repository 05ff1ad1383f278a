"use client";
import { type KeyboardEvent, useCallback, useMemo, useRef } from "react";
import type { RouterOutputs } from "#server/router";
import { FixerRow } from "./fixer-row.tsx";

export type BadRow = RouterOutputs["imports"]["badRows"]["rows"][number];
/** Cells as they were corrected, by the line of the row. */
export type Edits = ReadonlyMap<number, string[]>;
/** A column that goes somewhere. */
export type FixerColumn = { column: number; header: string; target: string };

type Props = {
  /** What is wrong with them. */
  problem: string;
  rows: BadRow[];
  columns: FixerColumn[];
  /** Of the whole file: what stands behind them belongs to no column. */
  headers: readonly string[];
  edits: Edits;
  /** Null gives back what the file says. Must be stable: rows are drawn again only when they change. */
  onEdit: (line: number, cells: string[] | null) => void;
};

/** Columns that are shown beside the wrong one; a row is told by its first ones. */
const columnsShown = 12;

/**
 * Bad rows as a table to type into. The cell that is wrong stands first. Enter and the arrows go from row to row in
 * one column, as in a spreadsheet; Escape gives back what the file says.
 */
export function RowFixer({ problem, rows, columns, headers, edits, onEdit }: Props) {
  const table = useRef<HTMLTableElement>(null);
  const field = rows[0]?.field;
  const ordered = useMemo(() => {
    // What is wrong with a person, and not with a cell, is told by the address.
    const wrong =
      columns.find(({ header }) => header === field) ?? columns.find(({ target }) => target === field);
    const others = columns.filter((each) => each !== wrong).slice(0, columnsShown);
    return wrong ? [wrong, ...others] : others;
  }, [columns, field]);

  const move = useCallback((event: KeyboardEvent<HTMLInputElement>, row: number, place: number) => {
    const step = stepOf(event);
    if (step === 0) return;
    event.preventDefault();
    const next = table.current?.querySelector<HTMLInputElement>(`[data-cell="${row + step}:${place}"]`);
    next?.focus();
    next?.select();
  }, []);

  return (
    <div className="relative overflow-x-auto" role="region" aria-label={`Rows to correct: ${problem}`}>
      <table ref={table} className="w-full border-collapse text-left">
        <thead>
          <tr className="border-y bg-sunken text-xs text-muted">
            <th scope="col" className="px-3 py-1.5 text-right font-medium whitespace-nowrap">
              Line
            </th>
            {ordered.map(({ column, header }) => (
              <th key={column} scope="col" className="px-2.5 py-1.5 font-medium whitespace-nowrap">
                {header || `Column ${column + 1}`}
              </th>
            ))}
            <th scope="col">
              <span className="sr-only">Reset</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <FixerRow
              key={row.line}
              row={row}
              index={index}
              columns={ordered}
              headers={headers}
              cells={edits.get(row.line)}
              onEdit={onEdit}
              onMove={move}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function stepOf({ key, shiftKey, ctrlKey, metaKey }: KeyboardEvent): -1 | 0 | 1 {
  if (ctrlKey || metaKey) return 0;
  if (key === "ArrowDown" || (key === "Enter" && !shiftKey)) return 1;
  return key === "ArrowUp" || key === "Enter" ? -1 : 0;
}
