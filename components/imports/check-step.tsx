"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { JobWaitCallout } from "#components/jobs/job-wait";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { FormError } from "#components/ui/form-error";
import { LinkButton } from "#components/ui/link-button";
import { ProgressBar } from "#components/ui/progress-bar";
import { Section } from "#components/ui/section";
import { Skeleton } from "#components/ui/skeleton";
import { type ColumnMapping, newListsMax } from "#server/imports/schema";
import { CancelImport } from "./cancel-import.tsx";
import { Forecast } from "./forecast.tsx";
import { contacts, count, isMoving } from "./import-status.tsx";
import type { Detail } from "./import-view.tsx";
import type { Vocabulary } from "./import-wizard.tsx";
import { RejectedFixer } from "./rejected-fixer.tsx";
import { RetypeField } from "./retype-field.tsx";
import { StepHeading } from "./step-heading.tsx";
import { useCorrections } from "./use-corrections.tsx";
import { useRetype } from "./use-retype.tsx";
import { Warnings } from "./warnings.tsx";
import { WizardFooter } from "./wizard-footer.tsx";

type Props = {
  id: string;
  workspace: string;
  timeZone: string;
  customFields: Vocabulary["customFields"];
  onBack: () => void;
  /** A column goes to a field of another type now. */
  onRetyped: (job: Detail, column: ColumnMapping) => void;
  onStarted: () => void;
};

/** What the import would do, before anything is written; the rows that cannot go in, to be corrected; and the button. */
export function CheckStep({ id, workspace, timeZone, customFields, onBack, onRetyped, onStarted }: Props) {
  const trpc = useTRPC();
  const corrections = useCorrections(id);
  const corrected = corrections.edits.size;
  const job = useQuery({
    ...trpc.imports.byId.queryOptions({ id }),
    refetchInterval: (query) => (query.state.data && !isMoving(query.state.data.status) ? false : 700),
  });
  const start = useMutation(trpc.imports.start.mutationOptions({ onSuccess: onStarted }));
  const retype = useRetype({
    job: job.data,
    customFields,
    first: corrections.settle,
    onRetyped: (column) => job.data && onRetyped(job.data, column),
  });
  const problem = asProblem(start.error ?? job.error);
  if (!job.data) return problem ? <FormError>{problem.message}</FormError> : <Skeleton className="h-40" />;
  const { status, forecast } = job.data;
  const waiting = status === "awaiting_confirmation";
  // A later row with the same address replaces an earlier one: people, not rows.
  const people = forecast ? forecast.rows - forecast.errors - forecast.repeated : 0;
  const hopeless = forecast !== null && people === 0;
  const blocked = hopeless || (forecast?.newLists?.count ?? 0) > newListsMax;
  return (
    <div>
      <p role="status" className="sr-only">
        {progressOf(job.data)}
      </p>
      <JobWaitCallout job={job.data} timeZone={timeZone} className="mb-5" />
      {status === "validating" && <Checking job={job.data} />}
      <Ended job={job.data} />
      {forecast && waiting && (
        <>
          <Forecast workspace={workspace} job={job.data} forecast={forecast} hopeless={hopeless} />
          {forecast.problems.length > 0 && (
            <RejectedFixer
              job={job.data}
              groups={forecast.problems}
              edits={corrections.edits}
              onEdit={corrections.edit}
              description="Correct them here, or leave them out: after the import you get them as a file, to mend and import again."
              repair={(group) =>
                retype
                  .columnsOf(group)
                  .map((column) => (
                    <RetypeField
                      key={column.column}
                      column={column}
                      pending={retype.pending}
                      onRetype={retype.run}
                    />
                  ))
              }
            />
          )}
          <Warnings groups={forecast.warnings} />
        </>
      )}
      <FormError>{problem?.message ?? corrections.problem ?? retype.problem}</FormError>
      <WizardFooter note={waiting && !blocked && whatNext(forecast?.errors ?? 0, corrected)}>
        {status === "validating" && <CancelImport id={id} written={false} />}
        {waiting && <Button onClick={onBack}>Back</Button>}
        {waiting && corrected > 0 && (
          <Button variant="primary" pending={corrections.pending} onClick={corrections.send}>
            Correct {corrected === 1 ? "1 row" : `${count(corrected)} rows`} and check again
          </Button>
        )}
        {waiting && corrected === 0 && !blocked && (
          <Button
            variant="primary"
            pending={start.isPending || start.isSuccess}
            onClick={() => start.mutate({ id })}
          >
            {forecast && forecast.errors > 0 ? "Import valid rows: " : "Import "}
            {contacts(people)}
          </Button>
        )}
        {status !== "validating" && !waiting && (
          <LinkButton href={`/${workspace}/imports/${id}`} variant="primary">
            Show this import
          </LinkButton>
        )}
      </WizardFooter>
    </div>
  );
}

function whatNext(errors: number, corrected: number): string {
  if (corrected > 0) return "Corrected rows are checked before they are imported.";
  if (errors === 0) return "You can undo it for 30 days.";
  return `${errors === 1 ? "1 row is" : `${count(errors)} rows are`} left out. You can undo it for 30 days.`;
}

const progressOf = ({ status, processedRows, fileName, forecast }: Detail): string => {
  if (status === "validating")
    return `Checking ${fileName}. ${processedRows > 0 ? "Rows are being read." : ""}`;
  if (status === "awaiting_confirmation" && forecast)
    return `Checked: ${count(forecast.created)} to create, ${count(forecast.updated)} to update, ${count(forecast.errors)} of ${count(forecast.rows)} rows rejected.`;
  return "";
};

function Ended({ job }: { job: Detail }) {
  if (job.status === "failed")
    return (
      <Callout kind="danger" title="The file could not be checked">
        {job.problem}
      </Callout>
    );
  if (job.status === "cancelled") return <Callout kind="warning" title="This import was cancelled" />;
  if (job.status === "validating" || job.status === "awaiting_confirmation") return null;
  return <Callout kind="info" title="This import was started already, here or in another window" />;
}

function Checking({ job }: { job: Detail }) {
  return (
    <Section title={<StepHeading>Checking {job.fileName}</StepHeading>}>
      <ProgressBar label="Check" done={job.processedRows} total={null} />
      <p className="mt-2 text-xs text-muted tabular-nums">
        {job.processedRows > 0 ? `${count(job.processedRows)} rows read so far.` : "Reading the file…"}{" "}
        Nothing is written yet. You can leave this page: the check goes on.
      </p>
    </Section>
  );
}
