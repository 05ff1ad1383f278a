import { Button } from "#components/ui/button";
import { restColumns } from "#server/imports/schema";
import type { BadRow } from "./row-fixer.tsx";

type Props = {
  row: BadRow;
  /** The cells as they are shown. */
  cells: readonly string[];
  headers: readonly string[];
  /** Columns of the table. */
  width: number;
  onDrop: (columns: number[]) => void;
};

/** What of a row belongs to no column, to be copied to its place and dropped: values too many, or all that could be read. */
export function RowRest({ row, cells, headers, width, onDrop }: Props) {
  const rest = restColumns(headers, cells.length).filter((column) => (cells[column] ?? "").trim() !== "");
  if (row.text === null && rest.length === 0) return null;
  return (
    <tr data-rest className="border-b last:border-0">
      <td />
      <td colSpan={width - 1} className="px-2.5 pb-2.5 text-xs text-muted">
        {row.text !== null && (
          <p>
            In the file: <code className={text}>{row.text}</code>
          </p>
        )}
        {rest.length > 0 && (
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
            {rest.length === 1 ? "A value without a column:" : "Values without a column:"}
            {rest.map((column) => (
              <code key={column} className={text}>
                {cells[column]}
              </code>
            ))}
            <Button
              size="sm"
              variant="ghost"
              aria-label={`Drop the values without a column, line ${row.line}`}
              onClick={() => onDrop(rest)}
            >
              Drop
            </Button>
          </p>
        )}
      </td>
    </tr>
  );
}

const text = "rounded-sm bg-selected px-1 whitespace-pre-wrap break-all text-ink select-all";
