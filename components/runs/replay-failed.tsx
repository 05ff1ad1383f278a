"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { toast } from "sonner";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import type { RouterOutputs } from "#server/router";

type Props = { overview: RouterOutputs["runs"]["overview"]; functionId: string | null };

const runs = (count: number) => (count === 1 ? "1 failed run" : `${count.toLocaleString("en")} failed runs`);

/** Runs that failed and were not run again, of the chosen function or of all: started again with the same events. */
export function ReplayFailed({ overview, functionId }: Props) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const replay = useMutation(
    trpc.runs.replay.mutationOptions({
      onSuccess: ({ replayed, refused, more }) => {
        toast.success(
          `${runs(replayed)} made up for.${refused > 0 ? ` ${refused} could not be.` : ""}${more ? " There are more: replay again." : ""}`,
        );
      },
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.runs.pathKey() }),
    }),
  );
  const failed = overview.functions
    .filter(({ id }) => functionId === null || id === functionId)
    .reduce((sum, each) => sum + each.failed, 0);
  if (failed === 0) return null;
  return (
    <ConfirmDialog
      trigger={
        <Button>
          <RotateCcw aria-hidden /> Replay {runs(failed)}
        </Button>
      }
      title={`Replay ${runs(failed)}?`}
      confirm="Replay"
      onConfirm={() => replay.mutateAsync({ functionId })}
    >
      Each starts again from its first step, with the event that it had, by the code of today. What its steps
      have done already they find in the database, and do not do twice.
    </ConfirmDialog>
  );
}
