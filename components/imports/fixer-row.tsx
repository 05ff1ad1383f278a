"use client";
import { type KeyboardEvent, memo } from "react";
import { Button } from "#components/ui/button";
import { cn } from "#components/ui/cn";
import type { BadRow, FixerColumn } from "./row-fixer.tsx";
import { RowRest } from "./row-rest.tsx";

type Props = {
  row: BadRow;
  index: number;
  columns: FixerColumn[];
  headers: readonly string[];
  /** The cells as they were corrected; undefined while nothing was. */
  cells: string[] | undefined;
  onEdit: (line: number, cells: string[] | null) => void;
  onMove: (event: KeyboardEvent<HTMLInputElement>, row: number, place: number) => void;
};

/** One bad row; what is wrong with it stands below the cell, or below the row when it is no single cell. */
export const FixerRow = memo(function FixerRow({
  row,
  index,
  columns,
  headers,
  cells,
  onEdit,
  onMove,
}: Props) {
  const { line, field, message } = row;
  const edited = cells !== undefined;
  const shown = cells ?? row.cells;
  const inCell = columns.some(({ header }) => header === field);
  const why = `why-${line}`;

  function change(next: string[]) {
    onEdit(line, isSame(next, row.cells) ? null : next);
  }
  function set(column: number, value: string) {
    const next = [...shown];
    while (next.length <= column) next.push("");
    next[column] = value;
    change(next);
  }
  function keys(event: KeyboardEvent<HTMLInputElement>, place: number) {
    if (event.key !== "Escape" || !edited) return onMove(event, index, place);
    event.preventDefault();
    onEdit(line, null);
  }

  return (
    <>
      <tr
        className={cn(
          "border-b align-top last:border-0 [&:has(+[data-rest])]:border-b-0",
          edited && "bg-accent-soft/40",
        )}
      >
        <th scope="row" className="px-3 py-2.5 text-right font-normal text-muted tabular-nums">
          {line}
        </th>
        {columns.map(({ column, header }, place) => {
          const wrong = inCell && header === field;
          const name = header || `Column ${column + 1}`;
          return (
            <td key={column} className="px-1 py-1">
              <input
                data-cell={`${index}:${place}`}
                aria-label={`${name}, line ${line}`}
                aria-invalid={(wrong && !edited) || undefined}
                aria-describedby={wrong || (!inCell && place === 0) ? why : undefined}
                value={shown[column] ?? ""}
                spellCheck={false}
                autoComplete="off"
                className={cn(
                  "h-8 w-full min-w-36 rounded-md border border-transparent bg-transparent px-1.5 hover:border-line-strong max-sm:h-10 max-sm:text-lg",
                  "focus-visible:border-ring focus-visible:bg-surface focus-visible:outline-1 focus-visible:outline-ring",
                  wrong && "min-w-64 border-line-strong bg-surface",
                  wrong && !edited && "border-danger",
                )}
                onChange={(event) => set(column, event.target.value)}
                onKeyDown={(event) => keys(event, place)}
              />
              {(wrong || (!inCell && place === 0)) && (
                <p
                  id={why}
                  className={cn("max-w-80 px-1.5 pt-0.5 text-xs", edited ? "text-muted" : "text-danger")}
                >
                  {edited ? "Corrected; it is checked again." : message}
                </p>
              )}
            </td>
          );
        })}
        <td className="px-2 py-1.5 text-right whitespace-nowrap">
          {edited && (
            <Button
              size="sm"
              variant="ghost"
              aria-label={`Reset line ${line}`}
              onClick={() => onEdit(line, null)}
            >
              Reset
            </Button>
          )}
        </td>
      </tr>
      <RowRest
        row={row}
        cells={shown}
        headers={headers}
        width={columns.length + 2}
        onDrop={(rest) =>
          change(shown.slice(0, headers.length).map((cell, column) => (rest.includes(column) ? "" : cell)))
        }
      />
    </>
  );
});

const isSame = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((cell, index) => cell === b[index]);
