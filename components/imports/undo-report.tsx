"use client";
import { useState } from "react";
import { DateTime } from "#components/ui/date-time";
import { Section } from "#components/ui/section";
import type { Detail } from "./import-view.tsx";
import { KeptList } from "./kept-list.tsx";
import { StepHeading } from "./step-heading.tsx";
import { UndoStays } from "./undo-stays.tsx";
import { UndoSum } from "./undo-sum.tsx";

/** What an undo did, and which contacts it kept. */
export function UndoReport({
  workspace,
  job,
  timeZone,
}: {
  workspace: string;
  job: Detail;
  timeZone: string;
}) {
  const [listed, setListed] = useState(false);
  if (!job.undoReport) return null;
  return (
    <Section
      title={<StepHeading>This import was undone</StepHeading>}
      description={
        <>
          On <DateTime at={job.undoneAt} timeZone={timeZone} />. Tags, list and fields that it made are gone
          too, where nobody changed them since and nothing uses them.
        </>
      }
    >
      <UndoSum report={job.undoReport} tense="did" />
      <div className="mt-3 empty:hidden">
        <UndoStays report={job.undoReport} tense="did" />
      </div>
      {Object.keys(job.undoReport.reasons).length > 0 && (
        <details className="mt-4" onToggle={(event) => setListed(event.currentTarget.open)}>
          <summary className="cursor-pointer font-medium">Contacts that were kept, wholly or in part</summary>
          <div className="mt-2">{listed && <KeptList workspace={workspace} id={job.id} tense="did" />}</div>
        </details>
      )}
    </Section>
  );
}
