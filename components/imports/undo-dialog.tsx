"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { Spinner } from "#components/ui/spinner";
import { KeptList } from "./kept-list.tsx";
import type { Detail } from "./import-view.tsx";
import { UndoSum } from "./undo-sum.tsx";

const word = "undo";

/** Shows what undoing would do, and does it once that is confirmed by a word. */
export function UndoDialog({ workspace, job }: { workspace: string; job: Detail }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  /** The contacts that stay are looked for once somebody wants to see them. */
  const [listed, setListed] = useState(false);
  const preview = useQuery({
    ...trpc.imports.undoPreview.queryOptions({ id: job.id }),
    enabled: open,
    staleTime: 0,
  });
  const undo = useMutation(
    trpc.imports.undo.mutationOptions({
      onSuccess: async () => {
        // Closed first: the focus goes back to the button, and from there to what takes its place.
        change(false);
        await queries.invalidateQueries({ queryKey: trpc.imports.byId.queryKey({ id: job.id }) });
      },
    }),
  );
  const problem = asProblem(undo.error ?? preview.error);
  const confirmed = typed.trim().toLowerCase() === word;
  function change(next: boolean) {
    setOpen(next);
    setTyped("");
    setListed(false);
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    if (confirmed && preview.data && !undo.isPending) undo.mutate({ id: job.id });
  }
  return (
    <Dialog open={open} onOpenChange={change}>
      <DialogTrigger asChild>
        <Button variant="danger-quiet">Undo import</Button>
      </DialogTrigger>
      <DialogContent
        title="Undo this import?"
        description="Fields get back what they held before, unless somebody changed them since. The undo itself cannot be undone."
      >
        <form onSubmit={submit} noValidate>
          {preview.data ? (
            <div className="space-y-4">
              <UndoSum report={preview.data} tense="will" />
              {Object.keys(preview.data.reasons).length > 0 && (
                <details onToggle={(event) => setListed(event.currentTarget.open)}>
                  <summary className="cursor-pointer font-medium">
                    Contacts that stay, wholly or in part
                  </summary>
                  <div className="mt-2">
                    {listed && <KeptList workspace={workspace} id={job.id} tense="will" />}
                  </div>
                </details>
              )}
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
              type="submit"
              variant="danger"
              disabled={!preview.data || !confirmed}
              pending={undo.isPending}
            >
              Undo import
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
