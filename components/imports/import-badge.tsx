import { Badge } from "#components/ui/badge";
import { StatusBadge } from "#components/ui/status-badge";
import type { ImportStatus } from "#server/imports/schema";
import { count, importStatusLabel } from "./import-status.tsx";

/** The status of an import; one that left rows out says so beside it. */
export function ImportBadge({ job }: { job: { status: ImportStatus; errors: number } }) {
  const partial = job.status === "completed" && job.errors > 0;
  return (
    <span className="inline-flex flex-wrap gap-1">
      <StatusBadge status={job.status} label={importStatusLabel(job.status)} />
      {partial && <Badge tone="warning">{count(job.errors)} rejected</Badge>}
    </span>
  );
}
