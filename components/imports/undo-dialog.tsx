"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog";
import { FormError } from "#components/ui/form-error";
import { Spinner } from "#components/ui/spinner";
import type { Detail } from "./import-view.tsx";
import { UndoSum } from "./undo-sum.tsx";

/** Shows what undoing would do, and does it. */
export function UndoDialog({ job }: { job: Detail }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const preview = useQuery({
    ...trpc.imports.undoPreview.queryOptions({ id: job.id }),
    enabled: open,
    staleTime: 0,
  });
  const undo = useMutation(
    trpc.imports.undo.mutationOptions({
      onSuccess: async () => {
        // Closed first: the focus goes back to the button, and from there to what takes its place.
        setOpen(false);
        await queries.invalidateQueries({ queryKey: trpc.imports.byId.queryKey({ id: job.id }) });
      },
    }),
  );
  const problem = asProblem(undo.error ?? preview.error);
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="danger-quiet">Undo import</Button>
      </DialogTrigger>
      <DialogContent
        title="Undo this import?"
        description="Fields get back what they held before, unless somebody changed them since. The undo itself cannot be undone."
      >
        {preview.data ? (
          <UndoSum report={preview.data} tense="will" />
        ) : (
          !problem && (
            <p role="status" className="flex items-center gap-2 text-muted">
              <Spinner /> Looking at every contact of this import…
            </p>
          )
        )}
        <FormError>{problem?.message}</FormError>
        <DialogFooter>
          <DialogClose asChild>
            <Button>Keep the import</Button>
          </DialogClose>
          <Button
            variant="danger"
            disabled={!preview.data}
            pending={undo.isPending}
            onClick={() => undo.mutate({ id: job.id })}
          >
            Undo import
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
