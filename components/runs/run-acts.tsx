"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import { LinkButton } from "#components/ui/link-button";
import type { RunDetail } from "./run-view.tsx";

/** Cancel a run that is under way; run one again that has ended. */
export function RunActs({ run }: { run: RunDetail }) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: trpc.runs.pathKey() });
  const cancel = useMutation(trpc.runs.cancel.mutationOptions({ onSettled: refresh }));
  const rerun = useMutation(
    trpc.runs.rerun.mutationOptions({
      onSuccess: ({ runId }) => {
        toast.success("Started again");
        router.push(`/operator/runs/${runId}`);
      },
      onError: (error) => toast.error(asProblem(error)?.message),
      onSettled: refresh,
    }),
  );
  if (run.status === "running")
    return (
      <ConfirmDialog
        trigger={<Button variant="danger">Cancel run</Button>}
        title="Cancel this run?"
        confirm="Cancel run"
        danger
        onConfirm={() => cancel.mutateAsync({ id: run.id })}
      >
        Its next steps do not run. What drives a campaign, an import or an export is started again by the
        sweeper within minutes: pause or cancel those in their workspace instead.
      </ConfirmDialog>
    );
  if (run.rerunId)
    return <LinkButton href={`/operator/runs/${run.rerunId}`}>Go to the run after it</LinkButton>;
  return (
    <Button pending={rerun.isPending} onClick={() => rerun.mutate({ id: run.id })}>
      Run again
    </Button>
  );
}
