import Link from "next/link";
import { Button } from "#components/ui/button";
import { Input } from "#components/ui/input";
import { SearchBox } from "#components/ui/search-box";
import { Select } from "#components/ui/select";
import { type HistoryState, historyStates, type ImportListInput } from "#server/imports/schema";
import type { RouterOutputs } from "#server/router";

const stateLabels: Record<HistoryState, string> = {
  waiting: "Waits for you",
  running: "Running",
  completed: "Completed",
  rejected: "With rejected rows",
  failed: "Failed",
  cancelled: "Cancelled",
  undone: "Undone",
};

type Props = {
  workspace: string;
  view: ImportListInput;
  importers: RouterOutputs["imports"]["importers"];
};

export const isFiltered = ({ state, by, from, to, q }: ImportListInput): boolean =>
  Boolean(state || by || from || to || q);

/** Search and filters as a plain form: the address holds them, and a change starts at the first page again. */
export function ImportFilters({ workspace, view, importers }: Props) {
  return (
    <form
      method="get"
      role="search"
      aria-label="Imports"
      className="mb-4 flex flex-wrap items-center gap-2 max-sm:grid max-sm:grid-cols-2"
    >
      <SearchBox
        name="q"
        defaultValue={view.q ?? ""}
        placeholder="Name of the file"
        aria-label="Search imports"
        className="max-sm:col-span-2 sm:w-52"
      />
      <Select name="state" defaultValue={view.state ?? ""} aria-label="Status" className="sm:w-40">
        <option value="">Any status</option>
        {historyStates.map((state) => (
          <option key={state} value={state}>
            {stateLabels[state]}
          </option>
        ))}
      </Select>
      <Select name="by" defaultValue={view.by ?? ""} aria-label="Person" className="sm:w-40">
        <option value="">Anybody</option>
        {importers.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </Select>
      <DayField name="from" label="From" value={view.from} />
      <DayField name="to" label="to" value={view.to} />
      <Button type="submit">Apply</Button>
      {isFiltered(view) && (
        <Link
          href={`/${workspace}/imports`}
          className="px-1 text-muted underline-offset-4 hover:text-ink hover:underline"
        >
          Clear
        </Link>
      )}
    </form>
  );
}

function DayField({ name, label, value }: { name: string; label: string; value: string | undefined }) {
  return (
    <label className="flex items-center gap-1.5 text-muted">
      {label}
      <Input type="date" name={name} defaultValue={value ?? ""} className="min-w-0 sm:w-36" />
    </label>
  );
}
