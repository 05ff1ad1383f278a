import { DateTime } from "#components/ui/date-time";
import { Section } from "#components/ui/section";
import { Table, type Column } from "#components/ui/table";
import type { RunDetail } from "./run-view.tsx";

const kinds: Record<string, string> = {
  discover: "Next call of the function",
  step: "Planned step",
  sleep: "Sleep",
  timeout: "End of a wait",
  deadline: "Time limit of the run",
};

const columns: Column<RunDetail["jobs"][number]>[] = [
  {
    key: "kind",
    header: "What",
    cell: ({ kind, step, input, error }) => (
      <span className="block max-w-96">
        {kinds[kind] ?? kind}
        {step && <span className="text-muted"> “{step}”</span>}
        {input && (
          <span className="block truncate font-mono text-xs font-normal text-muted" title={input}>
            {input}
          </span>
        )}
        {error && <span className="block text-xs font-normal break-words text-danger">{error}</span>}
      </span>
    ),
  },
  {
    key: "when",
    header: "When",
    cell: ({ working, dueAt }) => (working ? "A worker has it" : <DateTime at={dueAt} />),
  },
  {
    key: "attempt",
    header: "Attempt",
    align: "right",
    cell: ({ attempt, maxAttempts, lost }) =>
      `${attempt + 1} of ${maxAttempts}${lost > 0 ? `, ${lost} calls lost` : ""}`,
  },
];

/** What a run that is under way will do next, and what it waits for. */
export function RunPending({ run: { status, jobs, waits } }: { run: RunDetail }) {
  if (status !== "running") return null;
  return (
    <Section title="Next" flush>
      <Table
        label="Next"
        className="rounded-none border-0 shadow-none"
        columns={columns}
        rows={jobs}
        rowKey={({ kind, createdAt, dueAt }) => `${kind} ${createdAt.getTime()} ${dueAt.getTime()}`}
        empty={<p className="px-5 py-6 text-center text-muted">It waits for the steps of another run.</p>}
      />
      {waits.length > 0 && (
        <ul className="space-y-1 border-t px-4 py-3 sm:px-5">
          {waits.map(({ kind, name, step, expression, expiresAt }) => (
            <li key={`${step} ${name}`} className="break-words">
              {kind === "invoke" ? "Waits for the function" : "Waits for the event"}{" "}
              <span className="font-mono text-xs">{name}</span>
              {expression && <span className="font-mono text-xs text-muted"> if {expression}</span>}
              {expiresAt && (
                <span className="text-muted">
                  {" "}
                  until <DateTime at={expiresAt} />
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
