"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { Spinner } from "#components/ui/spinner";
import type { Detail } from "./import-view.tsx";
import { UndoForecast } from "./undo-forecast.tsx";
import { useUndoForecast } from "./use-undo-forecast.tsx";

const word = "undo";

/** Shows what undoing would do, and does it once that is confirmed by a word. */
export function UndoDialog({ workspace, job }: { workspace: string; job: Detail }) {
  const [open, setOpen] = useState(false);
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="danger-quiet">Undo import</Button>
      </DialogTrigger>
      <DialogContent
        title="Undo this import?"
        description="Fields get back what they held before, unless somebody changed them since. The undo itself cannot be undone."
      >
        <UndoForm workspace={workspace} id={job.id} close={() => setOpen(false)} />
      </DialogContent>
    </Dialog>
  );
}

function UndoForm({ workspace, id, close }: { workspace: string; id: string; close: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [typed, setTyped] = useState("");
  const forecast = useUndoForecast(id);
  const undo = useMutation(
    trpc.imports.undo.mutationOptions({
      onSuccess: async () => {
        // Closed first: the focus goes back to the button, and from there to what takes its place.
        close();
        await queries.invalidateQueries({ queryKey: trpc.imports.byId.queryKey({ id }) });
      },
    }),
  );
  const problem = asProblem(undo.error ?? forecast.error);
  const mayUndo = forecast.sum !== null && typed.trim().toLowerCase() === word;
  function submit(event: FormEvent) {
    event.preventDefault();
    if (mayUndo && !undo.isPending) undo.mutate({ id });
  }
  return (
    <form onSubmit={submit} noValidate>
      {forecast.sum ? (
        <div className="space-y-4">
          <UndoForecast workspace={workspace} id={id} sum={forecast.sum} forecast={forecast} />
          <Field
            name="confirm"
            label={
              <>
                Type <strong className="font-semibold">{word}</strong> to go on
              </>
            }
            value={typed}
            autoComplete="off"
            autoCapitalize="none"
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
      ) : (
        !problem && (
          <p role="status" className="flex items-center gap-2 text-muted">
            <Spinner /> Looking at the contacts of this import…
          </p>
        )
      )}
      <FormError>{problem?.message}</FormError>
      <DialogFooter>
        <DialogClose asChild>
          <Button>Keep the import</Button>
        </DialogClose>
        <Button type="submit" variant="danger" disabled={!mayUndo} pending={undo.isPending}>
          Undo import
        </Button>
      </DialogFooter>
    </form>
  );
}
