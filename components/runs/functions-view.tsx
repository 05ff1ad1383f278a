"use client";
import { useQuery } from "@tanstack/react-query";
import { Boxes } from "lucide-react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Badge } from "#components/ui/badge";
import { Callout } from "#components/ui/callout";
import { DateTime } from "#components/ui/date-time";
import { EmptyState } from "#components/ui/empty-state";
import { Section } from "#components/ui/section";
import { Table, type Column } from "#components/ui/table";
import type { RouterOutputs } from "#server/router";
import { QueueCards } from "./queue-cards.tsx";
import { hrefOf } from "./run-filters.tsx";
import { duration } from "./run-words.tsx";

type Overview = RouterOutputs["runs"]["overview"];
const plain = "rounded-none border-0 shadow-none";
const number = (count: number) =>
  count === 0 ? <span className="text-faint">0</span> : count.toLocaleString("en");

const functionColumns: Column<Overview["functions"][number]>[] = [
  {
    key: "name",
    header: "Function",
    cell: ({ name, id, removed }) => (
      <span className="block max-w-72 truncate">
        {name} {removed && <Badge tone="warning">Gone from the code</Badge>}
        <span className="block truncate font-mono text-2xs font-normal text-muted">{id}</span>
      </span>
    ),
  },
  {
    key: "triggers",
    header: "Started by",
    cell: ({ triggers, nextAt }) => (
      <span className="block max-w-72 text-muted max-sm:text-right">
        <span className="block truncate font-mono text-xs">{triggers.filter(Boolean).join(", ")}</span>
        {nextAt && (
          <span className="block text-xs">
            Next <DateTime at={nextAt} />
          </span>
        )}
      </span>
    ),
  },
  { key: "live", header: "Under way", align: "right", cell: ({ live }) => number(live) },
  { key: "working", header: "In hand", align: "right", cell: ({ working }) => number(working) },
  {
    key: "failed",
    header: "Failed",
    align: "right",
    cell: ({ failed }) => (
      <span className={failed > 0 ? "font-medium text-danger" : ""}>{number(failed)}</span>
    ),
  },
];

const queueColumns: Column<Overview["queues"][number]>[] = [
  { key: "queue", header: "Queue", cell: ({ queue }) => queue },
  { key: "due", header: "Due now", align: "right", cell: ({ due }) => number(due) },
  {
    key: "lag",
    header: "Lag",
    align: "right",
    cell: ({ oldestDueMs }) => (oldestDueMs ? duration(oldestDueMs) : <span className="text-faint">–</span>),
  },
  { key: "running", header: "In hand", align: "right", cell: ({ running }) => number(running) },
  { key: "waiting", header: "Later", align: "right", cell: ({ waiting }) => number(waiting) },
];

const workerColumns: Column<Overview["workers"][number]>[] = [
  { key: "url", header: "Worker", cell: ({ url }) => <span className="font-mono text-xs">{url}</span> },
  {
    key: "live",
    header: "State",
    cell: ({ live }) => (
      <Badge tone={live ? "success" : "danger"} dot>
        {live ? "Alive" : "Silent"}
      </Badge>
    ),
  },
  {
    key: "problem",
    header: "Problem",
    cell: ({ problem }) => <span className="text-muted">{problem ?? "–"}</span>,
  },
];

/** What is registered, what waits in which queue, and who works. */
export function FunctionsView({ initial }: { initial: Overview }) {
  const trpc = useTRPC();
  const { data, error } = useQuery(
    trpc.runs.overview.queryOptions(undefined, { initialData: initial, refetchInterval: 5_000 }),
  );
  const problem = asProblem(error);
  return (
    <>
      {problem && (
        <Callout kind="warning" className="mb-5" title="This is as of a while ago">
          {problem.message}
        </Callout>
      )}
      <QueueCards overview={data} />
      <Section title="Functions" flush description="Failed: of the last 90 days, and not run again since.">
        <Table
          label="Functions"
          className={plain}
          columns={functionColumns}
          rows={data.functions}
          rowKey={({ id }) => id}
          href={({ id, failed }) => hrefOf({ functionId: id, status: failed > 0 ? "failed" : undefined })}
          empty={
            <EmptyState icon={Boxes} title="Nothing is registered yet" className="border-0">
              A worker registers its functions when it starts.
            </EmptyState>
          }
        />
      </Section>
      <div className="grid items-start gap-x-5 lg:grid-cols-2">
        <Section title="Queues" flush>
          <Table
            label="Queues"
            className={plain}
            columns={queueColumns}
            rows={data.queues}
            rowKey={({ queue }) => queue}
            empty={<p className="px-5 py-8 text-center text-muted">Every queue is empty.</p>}
          />
        </Section>
        <Section title="Workers" flush>
          <Table
            label="Workers"
            className={plain}
            columns={workerColumns}
            rows={data.workers}
            rowKey={({ url }) => url}
            empty={<p className="px-5 py-8 text-center text-muted">No worker has been seen yet.</p>}
          />
        </Section>
      </div>
    </>
  );
}
