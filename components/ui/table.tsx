import Link from "next/link";
import type { ReactNode } from "react";
import { cn } from "./cn.tsx";

export type Column<Row> = {
  key: string;
  /** Also the label beside the value when rows become cards on small screens. */
  header: string;
  /** What stands in the head instead of the plain text: a sort link, a checkbox. */
  head?: ReactNode;
  /** How the rows are sorted by this column, if they are. */
  sorted?: "asc" | "desc" | null;
  cell: (row: Row) => ReactNode;
  align?: "left" | "right";
  /** Left out below 640 px. */
  wideOnly?: boolean;
  /** No label on small screens: checkboxes, menus. */
  bare?: boolean;
  className?: string;
};

type Props<Row> = {
  /** Read to screen readers: what the table lists. */
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  /** Makes the first column's text a link that covers the row. */
  href?: (row: Row) => string;
  /** Shown instead of the table when there are no rows. */
  empty?: ReactNode;
  className?: string;
};

/** Room to the right, or a number would run into the words of the next column. */
const numberLook = "text-right sm:not-last:pr-7";

/** Dense rows on wide screens, cards at 375 px. Works in server and client components. */
export function Table<Row>({ label, columns, rows, rowKey, href, empty, className }: Props<Row>) {
  if (rows.length === 0 && empty) return empty;
  const linked = columns.findIndex((column) => !column.bare);
  return (
    <div className={cn("overflow-x-auto rounded-lg border bg-surface shadow-card", className)}>
      <table role="table" aria-label={label} className="w-full border-collapse text-left max-sm:block">
        <thead role="rowgroup" className="max-sm:sr-only">
          <tr role="row" className="border-b bg-sunken">
            {columns.map((column) => (
              <th
                key={column.key}
                role="columnheader"
                scope="col"
                aria-sort={column.sorted ? `${column.sorted}ending` : undefined}
                className={cn(
                  "h-9 px-3 text-xs font-medium whitespace-nowrap text-muted first:pl-4 last:pr-4",
                  column.align === "right" && numberLook,
                  column.wideOnly && "max-sm:hidden",
                )}
              >
                {column.head
                  ?? (column.bare ? <span className="sr-only">{column.header}</span> : column.header)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup" className="max-sm:block">
          {rows.map((row) => (
            <tr
              key={rowKey(row)}
              role="row"
              className={cn(
                "border-b last:border-0 max-sm:relative max-sm:block max-sm:px-4 max-sm:py-2.5",
                href && "relative transition-colors hover:bg-hover",
              )}
            >
              {columns.map((column, index) => (
                <Cell
                  key={column.key}
                  column={column}
                  place={index === linked ? "lead" : index < linked ? "before" : "after"}
                  indented={linked > 0}
                >
                  {href && index === linked ? (
                    <RowLink href={href(row)}>{column.cell(row)}</RowLink>
                  ) : (
                    column.cell(row)
                  )}
                </Cell>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type CellProps<Row> = {
  column: Column<Row>;
  /** Where it stands to the column that names the row. */
  place: "before" | "lead" | "after";
  /** Whether something stands before the name, also on small screens. */
  indented: boolean;
  children: ReactNode;
};

function Cell<Row>({ column, place, indented, children }: CellProps<Row>) {
  return (
    <td
      role="cell"
      data-label={column.header}
      className={cn(
        "h-11 px-3 py-1.5 first:pl-4 last:pr-4 max-sm:h-auto max-sm:px-0 max-sm:first:pl-0 max-sm:last:pr-0",
        "max-sm:flex max-sm:items-center max-sm:justify-between max-sm:gap-4 max-sm:py-1",
        place === "lead"
          ? "font-medium max-sm:text-base"
          : !column.bare
              && "max-sm:before:shrink-0 max-sm:before:text-xs max-sm:before:text-muted max-sm:before:content-[attr(data-label)]",
        column.align === "right" && ["tabular-nums", numberLook],
        column.wideOnly && "max-sm:hidden",
        // Above the link that covers the row, so that checkboxes and menus stay reachable.
        column.bare && "relative z-10 w-px max-sm:absolute max-sm:top-2 max-sm:w-auto",
        place === "before" && column.bare && "max-sm:top-3 max-sm:left-4",
        place === "after" && column.bare && "max-sm:right-3",
        place === "lead" && indented && "max-sm:pl-8",
        column.className,
      )}
    >
      {children}
    </td>
  );
}

function RowLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link
      href={href}
      className="outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-ring"
    >
      {children}
    </Link>
  );
}
