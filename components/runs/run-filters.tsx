"use client";
import { X } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { Button } from "#components/ui/button";
import { formValues } from "#components/ui/form-values";
import { Input } from "#components/ui/input";
import { SearchBox } from "#components/ui/search-box";
import { Select } from "#components/ui/select";
import type { RouterOutputs } from "#server/router";
import { type RunListInput, runPhases, runStatuses } from "#server/runs/schema";
import { phases } from "./run-words.tsx";

export function hrefOf(view: RunListInput): string {
  const given = Object.entries(view).filter(([, value]) => value);
  const query = new URLSearchParams(given).toString();
  return query ? `/operator?${query}` : "/operator";
}

export const isNarrowed = (view: RunListInput): boolean => Object.values(view).some(Boolean);

type Props = { view: RunListInput; functions: RouterOutputs["runs"]["overview"]["functions"] };

/** What is typed into the form; what stands empty says so, too. */
function typedIn(form: HTMLFormElement | null): RunListInput {
  const typed: Record<string, string> = form ? formValues(form, "id", "error", "from", "to") : {};
  return Object.fromEntries(Object.entries(typed).map(([name, text]) => [name, text.trim() || undefined]));
}

/**
 * What is chosen goes at once, and takes along what is typed; that goes with Enter, or the button, too. The address holds
 * all of it.
 */
export function RunFilters({ view, functions }: Props) {
  const router = useRouter();
  const go = (form: HTMLFormElement | null, chosen: RunListInput = {}) =>
    router.push(hrefOf({ ...view, after: undefined, ...typedIn(form), ...chosen }));
  return (
    <form
      role="search"
      aria-label="Runs"
      className="flex min-w-0 flex-wrap items-center gap-2 max-sm:w-full"
      onSubmit={(event) => {
        event.preventDefault();
        go(event.currentTarget);
      }}
    >
      <Select
        aria-label="Function"
        className="w-52 max-sm:w-full"
        value={view.functionId ?? ""}
        onChange={({ target }) => go(target.form, { functionId: target.value || undefined })}
      >
        <option value="">Every function</option>
        {functions.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </Select>
      <StateSelect view={view} onChange={go} />
      <SearchBox
        name="id"
        aria-label="Id of a run, a campaign, an import or a tenant"
        placeholder="Id of a run, campaign, tenant…"
        defaultValue={view.id}
      />
      <SearchBox
        name="error"
        aria-label="Words of an error"
        placeholder="Words of an error"
        defaultValue={view.error}
        className="sm:w-48"
      />
      <MomentField name="from" label="Began from" value={view.from} />
      <MomentField name="to" label="to" value={view.to} />
      <Button type="submit">Apply</Button>
      {isNarrowed(view) && (
        <Link href="/operator" className="inline-flex items-center gap-1 text-muted hover:text-ink">
          <X aria-hidden className="size-3.5" /> Clear
        </Link>
      )}
    </form>
  );
}

/** How a run ended, or what one that is under way does. */
function StateSelect({
  view,
  onChange,
}: {
  view: RunListInput;
  onChange: (form: HTMLFormElement | null, chosen: RunListInput) => void;
}) {
  return (
    <Select
      aria-label="Status"
      className="w-44 max-sm:w-full"
      value={view.phase ?? view.status ?? ""}
      onChange={({ target: { value, form } }) => {
        const phase = runPhases.find((each) => each === value);
        onChange(form, { phase, status: phase ? "running" : runStatuses.find((each) => each === value) });
      }}
    >
      <option value="">Any status</option>
      {runStatuses.map((status) => (
        <option key={status} value={status}>
          {status === "running" ? "Under way" : status.charAt(0).toUpperCase() + status.slice(1)}
        </option>
      ))}
      <optgroup label="Under way, and">
        {runPhases.map((phase) => (
          <option key={phase} value={phase}>
            {phases[phase]?.label}
          </option>
        ))}
      </optgroup>
    </Select>
  );
}

function MomentField({ name, label, value }: { name: string; label: string; value: string | undefined }) {
  return (
    <label className="flex items-center gap-1.5 text-muted max-sm:w-full max-sm:justify-between">
      {label}
      <Input
        type="datetime-local"
        name={name}
        aria-label={name === "from" ? "Began from, in UTC" : "Began, up to, in UTC"}
        defaultValue={value ?? ""}
        className="w-52 min-w-0"
      />
    </label>
  );
}
