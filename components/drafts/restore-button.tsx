"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useRouter } from "next/navigation";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import type { Draft } from "./draft-panel.tsx";

/** Throws a draft's edits away for what its step says now. */
export function RestoreButton({
  draft,
  label,
  onDone,
}: {
  draft: Draft;
  label: string;
  onDone?: () => void;
}) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const restore = useMutation(trpc.drafts.restore.mutationOptions());
  return (
    <ConfirmDialog
      trigger={
        <Button size="sm">
          <RotateCcw /> {label}
        </Button>
      }
      title="Start again from the step?"
      confirm="Start again"
      onConfirm={async () => {
        try {
          await restore.mutateAsync({ id: draft.id, version: draft.version });
        } catch (error) {
          throw new Error(asProblem(error)?.message, { cause: error });
        }
        await queries.invalidateQueries({ queryKey: trpc.drafts.pathKey() });
        router.refresh();
        onDone?.();
      }}
    >
      The email is written anew from what its step says now. What was changed by hand is gone.
    </ConfirmDialog>
  );
}
