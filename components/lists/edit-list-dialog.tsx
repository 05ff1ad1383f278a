"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { SubmitButton } from "#components/ui/submit-button";

type Props = { id: string; name: string; description: string | null };

/** Renames a list, or describes it otherwise. */
export function EditListDialog({ id, name, description }: Props) {
  const [open, setOpen] = useState(false);
  const trpc = useTRPC();
  const router = useRouter();
  const update = useMutation(
    trpc.lists.update.mutationOptions({
      onSuccess: () => {
        setOpen(false);
        router.refresh();
      },
    }),
  );
  const problem = asProblem(update.error);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    update.mutate({ id, ...formValues(event.currentTarget, "name", "description") });
  }
  function change(next: boolean) {
    setOpen(next);
    update.reset();
  }
  return (
    <Dialog open={open} onOpenChange={change}>
      <DialogTrigger asChild>
        <Button>Rename</Button>
      </DialogTrigger>
      <DialogContent title="Rename list" size="sm">
        <form onSubmit={submit} noValidate className="space-y-4">
          <Field
            name="name"
            label="Name"
            maxLength={120}
            defaultValue={name}
            error={problem?.fields.name}
            autoComplete="off"
          />
          <Field
            name="description"
            label="Description"
            aside="Optional"
            maxLength={500}
            defaultValue={description ?? ""}
            error={problem?.fields.description}
            autoComplete="off"
          />
          <FormError>{problem && !problem.fields.name ? problem.message : null}</FormError>
          <DialogFooter>
            <DialogClose asChild>
              <Button>Cancel</Button>
            </DialogClose>
            <SubmitButton pending={update.isPending}>Save</SubmitButton>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
