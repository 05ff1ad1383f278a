import { cn } from "#components/ui/cn";
import { count } from "./import-status.tsx";

type Props = {
  total: number;
  created: number;
  updated: number;
  unchanged: number;
  existing: number;
  repeated: number;
  errors: number;
};

/** Every row of a file under one heading each, so that the parts add up to the whole. */
export function RowSum({ total, created, updated, unchanged, existing, repeated, errors }: Props) {
  const parts = [
    { key: "created", label: "New contacts", value: created, always: true },
    { key: "updated", label: "Contacts updated", value: updated, always: true },
    { key: "unchanged", label: "Here already, nothing new", value: unchanged },
    { key: "existing", label: "Here already, skipped", value: existing },
    { key: "repeated", label: "Same address again further down, skipped", value: repeated },
    { key: "errors", label: "Rejected", value: errors, danger: true },
  ].filter((part) => part.always || part.value > 0);
  return (
    <table className="w-full">
      <caption className="sr-only">What becomes of the rows</caption>
      <tbody>
        {parts.map((part) => (
          <tr key={part.key} className="border-b">
            <th scope="row" className={cn("py-1.5 text-left font-normal", part.danger && "text-danger")}>
              {part.label}
            </th>
            <td className={cn("py-1.5 text-right font-medium tabular-nums", part.danger && "text-danger")}>
              {count(part.value)}
            </td>
          </tr>
        ))}
        <tr>
          <th scope="row" className="py-1.5 text-left font-medium">
            Rows
          </th>
          <td className="py-1.5 text-right font-semibold tabular-nums">{count(total)}</td>
        </tr>
      </tbody>
    </table>
  );
}
