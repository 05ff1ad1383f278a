"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import type { Draft } from "./draft-panel.tsx";

/** Throws away what was written ahead. */
export function DiscardButton({ draft, onDone }: { draft: Draft; onDone: () => void }) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const discard = useMutation(trpc.drafts.discard.mutationOptions());
  return (
    <ConfirmDialog
      trigger={
        <Button variant="danger-quiet">
          <Trash2 /> Discard
        </Button>
      }
      title="Discard this email?"
      confirm="Discard"
      danger
      onConfirm={async () => {
        try {
          await discard.mutateAsync({ id: draft.id, version: draft.version });
        } catch (error) {
          throw new Error(asProblem(error)?.message, { cause: error });
        }
        onDone();
        await queries.invalidateQueries({ queryKey: trpc.drafts.pathKey() });
        router.refresh();
      }}
    >
      Its contact gets a draft of what the step says when they come to it, like everybody else.
    </ConfirmDialog>
  );
}
