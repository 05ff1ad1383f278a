"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { DateTime } from "#components/ui/date-time";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { SubmitButton } from "#components/ui/submit-button";

type Props = {
  contactId: string;
  score: { total: number; overridden: boolean; overriddenUntil: Date | null };
  timeZone: string;
};

/** Sets the score by hand for some days, or gives it back to the rules. */
export function OverrideScore({ contactId, score, timeZone }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const override = useMutation(
    trpc.scoring.override.mutationOptions({
      onSuccess: async (_, { total }) => {
        toast.success(total === null ? "The rules decide again" : "Score set");
        setOpen(false);
        await queries.invalidateQueries({ queryKey: trpc.scoring.ofContact.queryKey({ contactId }) });
        router.refresh();
      },
    }),
  );
  const problem = asProblem(override.error);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    override.mutate({ contactId, total: Number(form.get("total")), days: Number(form.get("days")) });
  }
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button size="sm">Set by hand</Button>
      </DialogTrigger>
      <DialogContent
        title="Set the score by hand"
        size="sm"
        description="For some days it stands, whatever the rules say."
      >
        <form onSubmit={submit} noValidate className="space-y-4">
          <div className="grid grid-cols-2 gap-4">
            <Field
              name="total"
              label="Score"
              type="number"
              min={0}
              max={100}
              defaultValue={score.total}
              error={problem?.fields.total}
            />
            <Field
              name="days"
              label="For so many days"
              type="number"
              min={1}
              max={365}
              defaultValue={30}
              error={problem?.fields.days}
            />
          </div>
          {score.overridden && score.overriddenUntil && (
            <p className="text-xs text-muted">
              Set by hand until <DateTime at={score.overriddenUntil} timeZone={timeZone} />.
            </p>
          )}
          <FormError>{problem && !problem.fields.total && !problem.fields.days && problem.message}</FormError>
          <DialogFooter>
            {score.overridden && (
              <Button
                variant="ghost"
                className="mr-auto"
                disabled={override.isPending}
                onClick={() => override.mutate({ contactId, total: null })}
              >
                Let the rules decide
              </Button>
            )}
            <DialogClose asChild>
              <Button>Cancel</Button>
            </DialogClose>
            <SubmitButton pending={override.isPending}>Set score</SubmitButton>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
