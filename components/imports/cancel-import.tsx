"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";

/** Stops an import, after a question; `written` says whether rows may be in already. */
export function CancelImport({ id, written }: { id: string; written: boolean }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const cancel = useMutation(trpc.imports.cancel.mutationOptions());
  async function confirmed() {
    try {
      await cancel.mutateAsync({ id });
    } catch (error) {
      throw new Error(asProblem(error)?.message, { cause: error });
    }
    // Not awaited: the dialog closes first, and gives the focus back to a button that is still there.
    void queries.invalidateQueries({ queryKey: trpc.imports.byId.queryKey({ id }) });
  }
  return (
    <ConfirmDialog
      trigger={<Button>Cancel import</Button>}
      title="Cancel this import?"
      confirm="Cancel import"
      danger
      onConfirm={confirmed}
    >
      {written ? "Rows that are in stay in. You can undo them afterwards." : "Nothing has been written."}
    </ConfirmDialog>
  );
}
