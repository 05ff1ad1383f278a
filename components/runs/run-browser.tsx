"use client";
import { useQuery } from "@tanstack/react-query";
import { Workflow, X } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Callout } from "#components/ui/callout";
import { DateTime } from "#components/ui/date-time";
import { EmptyState } from "#components/ui/empty-state";
import { formValues } from "#components/ui/form-values";
import { LinkButton } from "#components/ui/link-button";
import { SearchBox } from "#components/ui/search-box";
import { Select } from "#components/ui/select";
import { Table, type Column } from "#components/ui/table";
import type { RouterOutputs } from "#server/router";
import { runStatuses, type RunListInput } from "#server/runs/schema";
import { QueueCards } from "./queue-cards.tsx";
import { ReplayFailed } from "./replay-failed.tsx";
import { duration, RunBadge } from "./run-words.tsx";

type Run = RouterOutputs["runs"]["list"]["rows"][number];
type Props = {
  view: RunListInput;
  first: RouterOutputs["runs"]["list"];
  overview: RouterOutputs["runs"]["overview"];
};

const columns: Column<Run>[] = [
  {
    key: "function",
    header: "Function",
    cell: (run) => (
      <span className="block max-w-72 truncate">
        {run.name}
        <span className="block truncate font-mono text-2xs font-normal text-muted">{run.id}</span>
      </span>
    ),
  },
  { key: "status", header: "Status", cell: (run) => <RunBadge status={run.status} phase={run.phase} /> },
  {
    key: "why",
    header: "What",
    cell: (run) => (
      <span className="block max-w-80 truncate text-muted max-sm:text-right" title={run.error ?? undefined}>
        {run.error ?? run.event ?? "–"}
      </span>
    ),
  },
  { key: "steps", header: "Steps", align: "right", cell: (run) => run.steps },
  {
    key: "began",
    header: "Began",
    cell: (run) => <DateTime at={run.createdAt} />,
  },
  {
    key: "next",
    header: "Took, or next",
    wideOnly: true,
    cell: (run) =>
      run.endedAt ? (
        duration(run.endedAt.getTime() - run.createdAt.getTime())
      ) : (
        <DateTime at={run.nextAt} empty="now" />
      ),
  },
];

/** Runs by function, status and id, the newest first; the address says what is shown. */
export function RunBrowser({ view, first, overview: initial }: Props) {
  const trpc = useTRPC();
  const { data, error } = useQuery(
    trpc.runs.list.queryOptions(view, {
      initialData: first,
      placeholderData: (before) => before,
      // Pages behind the first one stand still, so that somebody can read them.
      refetchInterval: view.after ? false : 3_000,
    }),
  );
  const overview = useQuery(
    trpc.runs.overview.queryOptions(undefined, { initialData: initial, refetchInterval: 5_000 }),
  );
  const problem = asProblem(error ?? overview.error);
  return (
    <>
      {problem && (
        <Callout kind="warning" className="mb-5" title="This is as of a while ago">
          {problem.message}
        </Callout>
      )}
      <QueueCards overview={overview.data} />
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <Filters view={view} functions={overview.data.functions} />
        <ReplayFailed overview={overview.data} functionId={view.functionId ?? null} />
      </div>
      <Table
        label="Runs"
        columns={columns}
        rows={data.rows}
        rowKey={(run) => run.id}
        href={(run) => `/operator/runs/${run.id}`}
        empty={<NoRuns filtered={Boolean(view.functionId ?? view.status ?? view.id ?? view.after)} />}
      />
      <nav aria-label="Pages of runs" className="mt-3 flex justify-end gap-2">
        {view.after && <LinkButton href={hrefOf({ ...view, after: undefined })}>Newest</LinkButton>}
        {data.next && <LinkButton href={hrefOf({ ...view, after: data.next })}>Older</LinkButton>}
      </nav>
    </>
  );
}

export function hrefOf(view: RunListInput): string {
  const given = Object.entries(view).filter(([, value]) => value);
  const query = new URLSearchParams(given).toString();
  return query ? `/operator?${query}` : "/operator";
}

type FilterProps = { view: RunListInput; functions: Props["overview"]["functions"] };

function Filters({ view, functions }: FilterProps) {
  const router = useRouter();
  const go = (change: RunListInput) => router.push(hrefOf({ ...view, after: undefined, ...change }));
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Select
        aria-label="Function"
        className="w-52 max-sm:w-full"
        value={view.functionId ?? ""}
        onChange={({ target }) => go({ functionId: target.value || undefined })}
      >
        <option value="">Every function</option>
        {functions.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Status"
        className="w-36 max-sm:w-full"
        value={view.status ?? ""}
        onChange={({ target }) => go({ status: runStatuses.find((each) => each === target.value) })}
      >
        <option value="">Any status</option>
        {runStatuses.map((status) => (
          <option key={status} value={status}>
            {status === "running" ? "Under way" : status.charAt(0).toUpperCase() + status.slice(1)}
          </option>
        ))}
      </Select>
      <form
        key={view.id ?? ""}
        className="max-sm:w-full"
        onSubmit={(event) => {
          event.preventDefault();
          const { id } = formValues(event.currentTarget, "id");
          go({ id: id.trim() || undefined });
        }}
      >
        <SearchBox
          name="id"
          aria-label="Id of a run, a campaign, an import or a tenant"
          placeholder="Id of a run, campaign, tenant…"
          defaultValue={view.id}
        />
      </form>
      {(view.functionId ?? view.status ?? view.id) && (
        <Link href="/operator" className="inline-flex items-center gap-1 text-muted hover:text-ink">
          <X aria-hidden className="size-3.5" /> Clear
        </Link>
      )}
    </div>
  );
}

function NoRuns({ filtered }: { filtered: boolean }) {
  return (
    <EmptyState icon={Workflow} title={filtered ? "No run matches" : "No runs yet"}>
      {filtered
        ? "Runs are kept for seven days after their end."
        : "A launched campaign, an import or a schedule starts the first one."}
    </EmptyState>
  );
}
