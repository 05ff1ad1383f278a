"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import type { RouterOutputs } from "#server/router";

type Props = { workspace: string; schedule: RouterOutputs["imports"]["schedules"]["byId"] };

/** Pauses a schedule or lets it go on, runs it at once, or takes it away. */
export function ScheduleActions({ workspace, schedule }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const onError = (error: unknown) => void toast.error(asProblem(error)?.message);
  const refresh = () => router.refresh();
  const { id, enabled } = schedule;
  const change = useMutation(trpc.imports.schedules.switch.mutationOptions({ onSuccess: refresh, onError }));
  const run = useMutation(
    trpc.imports.schedules.runNow.mutationOptions({
      onSuccess: () => {
        toast.success("It is fetched within a minute");
        refresh();
      },
      onError,
    }),
  );
  const remove = useMutation(trpc.imports.schedules.delete.mutationOptions());
  async function confirmed() {
    try {
      await remove.mutateAsync({ id });
    } catch (error) {
      throw new Error(asProblem(error)?.message, { cause: error });
    }
    router.push(`/${workspace}/imports/schedules`);
    router.refresh();
  }
  return (
    <>
      <ConfirmDialog
        trigger={<Button variant="danger-quiet">Delete</Button>}
        title="Delete this schedule?"
        confirm="Delete schedule"
        danger
        onConfirm={confirmed}
      >
        What it imported stays, with its history.
      </ConfirmDialog>
      <Button pending={change.isPending} onClick={() => change.mutate({ id, enabled: !enabled })}>
        {enabled ? "Pause" : "Go on"}
      </Button>
      {enabled && (
        <Button pending={run.isPending} onClick={() => run.mutate({ id })}>
          Run now
        </Button>
      )}
    </>
  );
}
