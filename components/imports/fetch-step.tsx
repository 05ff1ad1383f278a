"use client";
import { useMutation } from "@tanstack/react-query";
import { JobWaitCallout } from "#components/jobs/job-wait";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { FormError } from "#components/ui/form-error";
import { FetchProgress } from "./fetch-progress.tsx";
import type { Detail } from "./import-view.tsx";

type Props = { job: Detail; timeZone: string; onCancelled: () => void };

/** A file on its way from another server, and the way out of it. */
export function FetchStep({ job, timeZone, onCancelled }: Props) {
  const trpc = useTRPC();
  const cancel = useMutation(trpc.imports.cancel.mutationOptions({ onSuccess: onCancelled }));
  return (
    <>
      <p role="status" className="sr-only">
        Fetching the file.
      </p>
      <JobWaitCallout job={job} timeZone={timeZone} className="mb-5" />
      <FetchProgress
        job={job}
        action={
          <Button size="sm" pending={cancel.isPending} onClick={() => cancel.mutate({ id: job.id })}>
            Cancel
          </Button>
        }
      />
      <FormError>{asProblem(cancel.error)?.message}</FormError>
    </>
  );
}
