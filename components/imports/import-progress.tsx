"use client";
import { useState } from "react";
import { ProgressBar } from "#components/ui/progress-bar";
import { Section } from "#components/ui/section";
import { count } from "./import-status.tsx";
import type { Detail } from "./import-view.tsx";
import { paceOf } from "./pace.tsx";
import { StepHeading } from "./step-heading.tsx";

type Props = {
  job: Detail;
  /** When the numbers were fetched, in milliseconds. */
  at: number;
};

/** How far an import or its undo is, and how fast. */
export function ImportProgress({ job, at }: Props) {
  const [start] = useState({ done: job.processedRows, at });
  const undoing = job.status === "rolling_back";
  const total = undoing ? job.touched : job.totalRows;
  const done = job.processedRows;
  const title = undoing ? "Taking it back" : job.status === "validating" ? "Checking" : "Importing";
  const { rate, left } = paceOf(start, { done, at }, total);
  return (
    <Section title={<StepHeading>{title}</StepHeading>}>
      <ProgressBar label={undoing ? "Undo" : "Import"} done={done} total={total} />
      <p className="mt-2 text-xs text-muted tabular-nums">
        {count(done)}
        {total ? ` of ${count(total)}` : ""} {undoing ? "contacts" : "rows"}
        {rate > 0 && ` · ${count(rate)} a second`}
        {left !== null && ` · about ${left} left`}
      </p>
      <p className="mt-1 text-xs text-muted">You can leave this page: it goes on.</p>
    </Section>
  );
}
