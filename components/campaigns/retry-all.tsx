"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import type { RouterOutputs } from "#server/router";

type Props = {
  campaignId: string;
  /** Only those who failed for it. */
  reason: string | undefined;
  ended: boolean;
  disabled: boolean;
};

/** Puts everybody of the list, which shows who has failed, back to the step that failed. */
export function RetryAll({ campaignId, reason, ended, disabled }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const retry = useMutation(trpc.enrollments.retryAll.mutationOptions());
  async function act() {
    let changed = 0;
    let after: string | null = null;
    try {
      do {
        const part: RouterOutputs["enrollments"]["retryAll"] = await retry.mutateAsync({
          campaignId,
          reason,
          after,
        });
        changed += part.changed;
        after = part.next;
      } while (after !== null);
    } catch (error) {
      if (changed === 0) throw error;
      toast.error(`Not everybody is tried again yet. ${asProblem(error)?.message}`);
    }
    if (changed === 0) toast.error("Nobody could be tried again: the step that failed has been deleted.");
    else
      toast.success(
        changed === 1
          ? "1 person is back at the step that failed."
          : `${changed.toLocaleString("en")} people are back at the step that failed.`,
      );
    await queries.invalidateQueries({ queryKey: trpc.analytics.pathKey() });
    router.refresh();
  }
  return (
    <ConfirmDialog
      trigger={
        <Button size="sm" disabled={disabled}>
          <RotateCcw /> Try all failed again
        </Button>
      }
      title={reason ? "Try all who failed for this again?" : "Try all who failed again?"}
      confirm="Try again"
      onConfirm={act}
    >
      Everybody of this list goes back to the step that failed, and is written to at the campaign’s pace. What
      has reached somebody is not sent again.
      {ended && " The campaign runs again for them, and completes when the last of them is through."}
    </ConfirmDialog>
  );
}
