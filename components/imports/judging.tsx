"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { FormError } from "#components/ui/form-error";
import type { Detail } from "./import-view.tsx";

type Props = { job: Detail; canWrite: boolean };

/** Rows whose people are looked up before anybody has read a word about it. */
const rowsAtOnce = 20_000;

/** Whether it is still being looked up who of an import gets no mail, or why that failed. */
export function Judging({ job, canWrite }: Props) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const again = useMutation(
    trpc.imports.noteNotMailed.mutationOptions({
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.imports.byId.queryKey({ id: job.id }) }),
    }),
  );
  if (job.judging && job.processedRows > rowsAtOnce)
    return <p className="mb-5 text-xs text-muted">Looking up who of these people gets no mail…</p>;
  if (job.judgingProblem === null) return null;
  return (
    <Callout
      kind="warning"
      title="Who gets no mail is not known yet"
      className="mb-5"
      action={
        canWrite && (
          <Button size="sm" pending={again.isPending} onClick={() => again.mutate({ id: job.id })}>
            Try again
          </Button>
        )
      }
    >
      {job.judgingProblem}
      <FormError className="mt-2">{asProblem(again.error)?.message}</FormError>
    </Callout>
  );
}
