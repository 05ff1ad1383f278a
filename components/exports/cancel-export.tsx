"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";

/** Stops an export that is waiting or being written. Nothing is lost by it: it can be asked for again. */
export function CancelExport({ id, what }: { id: string; what: string }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const cancel = useMutation(
    trpc.exports.cancel.mutationOptions({
      onError: (error) => toast.error(asProblem(error)?.message),
      onSettled: () => client.invalidateQueries(trpc.exports.list.pathFilter()),
    }),
  );
  return (
    <Button size="sm" pending={cancel.isPending} onClick={() => cancel.mutate({ id })}>
      Cancel <span className="sr-only">the export of {what}</span>
    </Button>
  );
}
