import { DateTime } from "#components/ui/date-time";
import { Section } from "#components/ui/section";
import { type Column, Table } from "#components/ui/table";
import type { RouterOutputs } from "#server/router";
import { ImportBadge } from "./import-badge.tsx";

type Run = RouterOutputs["imports"]["schedules"]["byId"]["runs"][number];
type Props = { workspace: string; runs: Run[]; timeZone: string };

/** The last imports of a schedule. */
export function ScheduleRuns({ workspace, runs, timeZone }: Props) {
  const columns: Column<Run>[] = [
    {
      key: "at",
      header: "Started",
      cell: ({ startedAt }) => <DateTime at={startedAt} timeZone={timeZone} empty="Not yet" />,
    },
    {
      key: "status",
      header: "Status",
      cell: (run) => (
        <>
          <ImportBadge job={run} />
          {run.problem && <span className="mt-1 block max-w-96 text-xs text-muted">{run.problem}</span>}
        </>
      ),
    },
    { key: "created", header: "Created", align: "right", cell: (run) => run.created.toLocaleString("en") },
    { key: "updated", header: "Updated", align: "right", cell: (run) => run.updated.toLocaleString("en") },
    { key: "errors", header: "Rejected", align: "right", cell: (run) => run.errors.toLocaleString("en") },
  ];
  return (
    <Section title="Last imports" flush>
      <Table
        label="Imports of this schedule"
        className="rounded-none border-0 shadow-none"
        columns={columns}
        rows={runs}
        rowKey={({ id }) => id}
        href={({ id }) => `/${workspace}/imports/${id}`}
        empty={<p className="px-5 py-6 text-muted">Nothing was imported yet.</p>}
      />
    </Section>
  );
}
