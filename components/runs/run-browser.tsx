"use client";
import { useQuery } from "@tanstack/react-query";
import { Workflow } from "lucide-react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Callout } from "#components/ui/callout";
import { DateTime } from "#components/ui/date-time";
import { EmptyState } from "#components/ui/empty-state";
import { LinkButton } from "#components/ui/link-button";
import { Table, type Column } from "#components/ui/table";
import type { RouterOutputs } from "#server/router";
import type { RunListInput } from "#server/runs/schema";
import { QueueCards } from "./queue-cards.tsx";
import { ReplayFailed } from "./replay-failed.tsx";
import { hrefOf, isNarrowed, RunFilters } from "./run-filters.tsx";
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

/** Runs that the filters let through, the newest first; the address says what is shown. */
export function RunBrowser({ view, first, overview: initial }: Props) {
  const trpc = useTRPC();
  const { data, error } = useQuery(
    trpc.runs.list.queryOptions(view, {
      initialData: first,
      placeholderData: (before) => before,
      // Pages behind the first one stand still, so that somebody can read them; and what takes too long is not asked again.
      refetchInterval: ({ state }) => (view.after || state.data?.tooMany ? false : 3_000),
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
      <div className="mb-4 flex flex-wrap items-start justify-between gap-3">
        <RunFilters key={hrefOf(view)} view={view} functions={overview.data.functions} />
        <ReplayFailed overview={overview.data} functionId={view.functionId ?? null} />
      </div>
      <Table
        label="Runs"
        columns={columns}
        rows={data.rows}
        rowKey={(run) => run.id}
        href={(run) => `/operator/runs/${run.id}`}
        empty={data.tooMany ? <TooManyRuns /> : <NoRuns filtered={isNarrowed(view)} />}
      />
      <nav aria-label="Pages of runs" className="mt-3 flex justify-end gap-2">
        {view.after && <LinkButton href={hrefOf({ ...view, after: undefined })}>Newest</LinkButton>}
        {data.next && <LinkButton href={hrefOf({ ...view, after: data.next })}>Older</LinkButton>}
      </nav>
    </>
  );
}

function TooManyRuns() {
  return (
    <EmptyState icon={Workflow} title="Too many runs to look through">
      Five seconds were not enough to find what this filter lets through. Narrow it: choose a function and a
      status, or look for a whole id.
    </EmptyState>
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
