"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pause } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { SubmitButton } from "#components/ui/submit-button";

/**
 * Stops a campaign. Why may be said, and Enter pauses without. Nobody should believe a pause that did not happen: the
 * dialog stays until the server has confirmed it.
 */
export function PauseDialog({ id }: { id: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const pause = useMutation(
    trpc.campaigns.pause.mutationOptions({
      onSuccess: async () => {
        setOpen(false);
        toast.success("Paused. Nothing more leaves until you resume.");
        router.refresh();
        await queries.invalidateQueries({ queryKey: trpc.analytics.pathKey() });
      },
    }),
  );
  const problem = asProblem(pause.error);
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        pause.reset();
        setOpen(next);
      }}
    >
      <DialogTrigger asChild>
        <Button>
          <Pause /> Pause
        </Button>
      </DialogTrigger>
      <DialogContent
        title="Pause this campaign?"
        description="Nothing more leaves until somebody resumes it. Waits keep running, and nobody loses their place."
        size="sm"
      >
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            pause.mutate({ id, ...formValues(event.currentTarget, "reason") });
          }}
        >
          <Field
            name="reason"
            label="Why"
            aside="Optional"
            hint="Shown on the campaign and in its history, and told to whoever launched it."
            maxLength={300}
            autoComplete="off"
            autoFocus
            error={problem?.fields.reason}
          />
          <FormError>{problem && !problem.fields.reason ? problem.message : null}</FormError>
          <DialogFooter>
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <SubmitButton pending={pause.isPending}>Pause campaign</SubmitButton>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
