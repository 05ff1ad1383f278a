"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client";
import { DateTime } from "#components/ui/date-time";
import { Section } from "#components/ui/section";
import type { Detail } from "./import-view.tsx";
import { KeptList } from "./kept-list.tsx";
import { StepHeading } from "./step-heading.tsx";
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
  const trpc = useTRPC();
  const kept = useQuery(trpc.imports.kept.queryOptions({ id: job.id }));
  if (!job.undoReport) return null;
  return (
    <Section
      title={<StepHeading>This import was undone</StepHeading>}
      description={
        <>
          On <DateTime at={job.undoneAt} timeZone={timeZone} />. Tags, list and fields that it made are gone
          too, where nothing else uses them.
        </>
      }
    >
      <UndoSum report={job.undoReport} tense="did" />
      {kept.data && kept.data.length > 0 && (
        <details className="mt-4">
          <summary className="cursor-pointer font-medium">Contacts that were kept, wholly or in part</summary>
          <div className="mt-2">
            <KeptList workspace={workspace} contacts={kept.data} />
          </div>
        </details>
      )}
    </Section>
  );
}
