"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { FormError } from "#components/ui/form-error";
import { LinkButton } from "#components/ui/link-button";
import { ProgressBar } from "#components/ui/progress-bar";
import { Section } from "#components/ui/section";
import { Skeleton } from "#components/ui/skeleton";
import { CancelImport } from "./cancel-import.tsx";
import { contacts, count, isMoving } from "./import-status.tsx";
import { Forecast } from "./forecast.tsx";
import type { Detail } from "./import-view.tsx";
import type { Inspection } from "./import-wizard.tsx";
import { StepHeading } from "./step-heading.tsx";

type Props = {
  id: string;
  workspace: string;
  onMapping: (inspection: Inspection) => void;
  onStarted: () => void;
};

/** What the import would do, before anything is written; and the button that does it. */
export function ForecastStep({ id, workspace, onMapping, onStarted }: Props) {
  const trpc = useTRPC();
  const job = useQuery({
    ...trpc.imports.byId.queryOptions({ id }),
    refetchInterval: (query) => (query.state.data && !isMoving(query.state.data.status) ? false : 700),
  });
  const start = useMutation(trpc.imports.start.mutationOptions({ onSuccess: onStarted }));
  const back = useMutation(trpc.imports.inspect.mutationOptions({ onSuccess: onMapping }));
  const problem = asProblem(start.error ?? back.error ?? job.error);
  if (!job.data) return problem ? <FormError>{problem.message}</FormError> : <Skeleton className="h-40" />;
  const { status, forecast } = job.data;
  // A later row with the same address replaces an earlier one: people, not rows.
  const people = forecast ? forecast.rows - forecast.errors - forecast.repeated : 0;
  const hopeless = forecast !== null && forecast.rows === forecast.errors;
  return (
    <div>
      <p role="status" className="sr-only">
        {progressOf(job.data)}
      </p>
      {status === "validating" && <Checking job={job.data} />}
      {status === "failed" && (
        <Callout kind="danger" title="The file could not be checked">
          {job.data.problem}
        </Callout>
      )}
      {status === "cancelled" && <Callout kind="warning" title="This import was cancelled" />}
      {forecast && status === "awaiting_confirmation" && (
        <Forecast job={job.data} forecast={forecast} hopeless={hopeless} />
      )}
      <FormError>{problem?.message}</FormError>
      <div className="mt-4 flex flex-wrap justify-end gap-2">
        {status === "validating" && <CancelImport id={id} written={false} />}
        {hopeless && <LinkButton href={`/${workspace}/imports/new`}>Import another file</LinkButton>}
        {status === "awaiting_confirmation" && (
          <Button pending={back.isPending} onClick={() => back.mutate({ id })}>
            Change mapping
          </Button>
        )}
        {status === "awaiting_confirmation" && !hopeless && (
          <Button
            variant="primary"
            pending={start.isPending || start.isSuccess}
            onClick={() => start.mutate({ id })}
          >
            Import {contacts(people)}
          </Button>
        )}
        {status !== "validating" && status !== "awaiting_confirmation" && (
          <LinkButton href={`/${workspace}/imports/${id}`}>Show this import</LinkButton>
        )}
      </div>
    </div>
  );
}

const progressOf = ({ status, processedRows, fileName, forecast }: Detail): string => {
  if (status === "validating")
    return `Checking ${fileName}. ${processedRows > 0 ? "Rows are being read." : ""}`;
  if (status === "awaiting_confirmation" && forecast)
    return `Checked: ${count(forecast.created)} to create, ${count(forecast.updated)} to update, ${count(forecast.errors)} of ${count(forecast.rows)} rows rejected.`;
  return "";
};

function Checking({ job }: { job: Detail }) {
  return (
    <Section title={<StepHeading>Checking {job.fileName}</StepHeading>}>
      <ProgressBar label="Check" done={job.processedRows} total={null} />
      <p className="mt-2 text-xs text-muted">
        {job.processedRows > 0 ? `${count(job.processedRows)} rows read so far.` : "Reading the file…"}{" "}
        Nothing is written yet. You can leave this page: the check goes on.
      </p>
    </Section>
  );
}
