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
    { key: "created", label: "New contacts", value: created, always: true, look: "bg-success" },
    { key: "updated", label: "Contacts updated", value: updated, always: true, look: "bg-accent" },
    { key: "unchanged", label: "Here already, nothing new", value: unchanged, look: "bg-faint" },
    { key: "existing", label: "Here already, skipped", value: existing, look: "bg-faint/60" },
    {
      key: "repeated",
      label: "Same address again further down, skipped",
      value: repeated,
      look: "bg-line-strong",
    },
    { key: "errors", label: "Rejected", value: errors, look: "bg-danger", danger: true },
  ].filter((part) => part.always || part.value > 0);
  return (
    <>
      <div aria-hidden className="mb-3 flex h-2 gap-px overflow-hidden rounded-full bg-selected">
        {total > 0
          && parts
            .filter(({ value }) => value > 0)
            .map(({ key, value, look }) => (
              <span key={key} className={cn("min-w-1", look)} style={{ flexGrow: value / total }} />
            ))}
      </div>
      <table className="w-full">
        <caption className="sr-only">What becomes of the rows</caption>
        <tbody>
          {parts.map((part) => (
            <tr key={part.key} className="border-b">
              <th scope="row" className={cn("py-1.5 text-left font-normal", part.danger && "text-danger")}>
                <span
                  aria-hidden
                  className={cn(
                    "mr-2 inline-block size-2 rounded-full",
                    part.look,
                    part.value === 0 && "opacity-30",
                  )}
                />
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
    </>
  );
}
