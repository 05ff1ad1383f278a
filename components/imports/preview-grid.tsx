import { cn } from "#components/ui/cn";

type Props = {
  headers: string[];
  sample: string[][];
  /** The line of each row in the file. */
  lines: number[];
  /** The file is being read anew: these rows are on their way out. */
  stale: boolean;
};

/** The first rows as they were read, with their lines. */
export function PreviewGrid({ headers, sample, lines, stale }: Props) {
  return (
    <div
      role="region"
      aria-label="First rows of the file"
      tabIndex={0}
      className={cn("max-h-80 overflow-auto rounded-md border", stale && "opacity-50")}
    >
      <table className="border-collapse text-left text-xs">
        <thead className="sticky top-0 bg-sunken">
          <tr>
            <th scope="col" className="border-r border-b px-2 py-1.5 text-right font-normal text-muted">
              Line
            </th>
            {headers.map((header, column) => (
              <th
                key={column}
                scope="col"
                className="max-w-56 truncate border-r border-b px-2 py-1.5 font-medium last:border-r-0"
              >
                {header || <em className="font-normal text-muted">no name</em>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sample.map((row, index) => (
            <tr key={index} className="border-b last:border-b-0">
              <th scope="row" className="border-r px-2 py-1 text-right font-normal text-muted tabular-nums">
                {lines[index] ?? index + 2}
              </th>
              {headers.map((_, column) => (
                <td
                  key={column}
                  className="max-w-56 min-w-16 truncate border-r px-2 py-1 whitespace-pre last:border-r-0"
                  title={row[column]}
                >
                  {row[column]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
