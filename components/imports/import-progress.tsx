"use client";
import { ProgressBar } from "#components/ui/progress-bar";
import { Section } from "#components/ui/section";
import { count } from "./import-status.tsx";
import type { Detail } from "./import-view.tsx";

/** How far an import or its undo is. */
export function ImportProgress({ job }: { job: Detail }) {
  const undoing = job.status === "rolling_back";
  const total = undoing
    ? job.created + job.updated + job.unchanged + job.skipReasons.existing
    : job.totalRows;
  const done = job.processedRows;
  return (
    <Section title={undoing ? "Taking it back" : job.status === "validating" ? "Checking" : "Importing"}>
      <ProgressBar label={undoing ? "Undo" : "Import"} done={done} total={total} />
      <p role="status" className="mt-2 text-xs text-muted">
        {count(done)}
        {total ? ` of ${count(total)}` : ""} {undoing ? "contacts" : "rows"}. You can leave this page: it goes
        on.
      </p>
    </Section>
  );
}
