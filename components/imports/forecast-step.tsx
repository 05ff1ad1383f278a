"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { FormError } from "#components/ui/form-error";
import { ProgressBar } from "#components/ui/progress-bar";
import { Section } from "#components/ui/section";
import { Skeleton } from "#components/ui/skeleton";
import type { RouterOutputs } from "#server/router";
import { count, isMoving } from "./import-status.tsx";
import type { Inspection } from "./import-wizard.tsx";
import { ProblemGroups } from "./problem-groups.tsx";
import { RowSum } from "./row-sum.tsx";

type Detail = RouterOutputs["imports"]["byId"];
type Props = { id: string; onMapping: (inspection: Inspection) => void; onStarted: () => void };

/** What the import would do, before anything is written; and the button that does it. */
export function ForecastStep({ id, onMapping, onStarted }: Props) {
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
  const hopeless = forecast !== null && forecast.rows === forecast.errors;
  return (
    <div>
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
        <Button
          pending={back.isPending}
          disabled={status !== "awaiting_confirmation"}
          onClick={() => back.mutate({ id })}
        >
          Back to the columns
        </Button>
        <Button
          variant="primary"
          pending={start.isPending || start.isSuccess}
          disabled={status !== "awaiting_confirmation" || hopeless}
          onClick={() => start.mutate({ id })}
        >
          {forecast && !hopeless ? `Import ${count(forecast.rows - forecast.errors)} rows` : "Import"}
        </Button>
      </div>
    </div>
  );
}

function Checking({ job }: { job: Detail }) {
  return (
    <Section title={`Checking ${job.fileName}`}>
      <ProgressBar label="Check" done={job.processedRows} total={null} />
      <p role="status" className="mt-2 text-xs text-muted">
        {job.processedRows > 0 ? `${count(job.processedRows)} rows read so far.` : "Reading the file…"}{" "}
        Nothing is written yet. You can leave this page: the check goes on.
      </p>
    </Section>
  );
}

function Forecast({
  job,
  forecast,
  hopeless,
}: {
  job: Detail;
  forecast: NonNullable<Detail["forecast"]>;
  hopeless: boolean;
}) {
  return (
    <>
      <Section
        title={hopeless ? "Nothing can be imported" : "This is what will happen"}
        description={`${job.fileName}: ${count(forecast.rows)} rows. Nothing is written yet.`}
      >
        <RowSum
          total={forecast.rows}
          created={forecast.created}
          updated={forecast.updated}
          unchanged={forecast.unchanged}
          existing={forecast.existing}
          repeated={forecast.repeated}
          errors={forecast.errors}
        />
        {forecast.unmailable > 0 && (
          <Callout
            kind="info"
            className="mt-4"
            title={`${count(forecast.unmailable)} of these people are not mailed`}
          >
            They unsubscribed, bounced or are on the suppression list. Their fields are imported; they stay as
            they are otherwise.
          </Callout>
        )}
        {hopeless && (
          <Callout kind="danger" className="mt-4" title="Every row is rejected">
            Look at the reasons below. Often the column of the addresses is another one: go back to the
            columns and choose it.
          </Callout>
        )}
      </Section>
      {forecast.problems.length > 0 && (
        <ProblemGroups
          groups={forecast.problems}
          description="They are left out. You get them as a file to mend after the import."
        />
      )}
    </>
  );
}
