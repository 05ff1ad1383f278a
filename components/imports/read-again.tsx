"use client";
import { useMutation } from "@tanstack/react-query";
import { useEffect } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { FormError } from "#components/ui/form-error";
import { Spinner } from "#components/ui/spinner";
import type { Inspection } from "./import-wizard.tsx";

type Props = { id: string; onInspected: (inspection: Inspection) => void; onAnotherFile: () => void };

/** Reads the beginning of a file that was uploaded earlier. */
export function ReadAgain({ id, onInspected, onAnotherFile }: Props) {
  const trpc = useTRPC();
  const { mutate, error } = useMutation(trpc.imports.inspect.mutationOptions({ onSuccess: onInspected }));
  useEffect(() => mutate({ id }), [id, mutate]);
  if (!error)
    return (
      <p role="status" className="flex items-center gap-2 text-muted">
        <Spinner /> Reading the first rows…
      </p>
    );
  return (
    <div className="space-y-4">
      <FormError>{asProblem(error)?.message}</FormError>
      <div className="flex gap-2">
        <Button onClick={onAnotherFile}>Another file</Button>
        <Button variant="primary" onClick={() => mutate({ id })}>
          Try again
        </Button>
      </div>
    </div>
  );
}
