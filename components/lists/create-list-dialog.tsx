"use client";
import { useMutation } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { SubmitButton } from "#components/ui/submit-button";

export function CreateListDialog({ workspace }: { workspace: string }) {
  const [open, setOpen] = useState(false);
  const trpc = useTRPC();
  const router = useRouter();
  const create = useMutation(
    trpc.lists.create.mutationOptions({
      onSuccess: ({ id }) => {
        setOpen(false);
        router.push(`/${workspace}/lists/${id}`);
      },
    }),
  );
  const problem = asProblem(create.error);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    create.mutate(formValues(event.currentTarget, "name", "description"));
  }
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="primary">
          <Plus /> New list
        </Button>
      </DialogTrigger>
      <DialogContent
        title="New list"
        description="People are added by an import, by address, or by a campaign."
        size="sm"
      >
        <form onSubmit={submit} noValidate className="space-y-4">
          <Field name="name" label="Name" maxLength={120} error={problem?.fields.name} autoComplete="off" />
          <Field
            name="description"
            label="Description"
            aside="Optional"
            maxLength={500}
            error={problem?.fields.description}
            autoComplete="off"
          />
          {problem && !problem.fields.name && <FormError>{problem.message}</FormError>}
          <DialogFooter>
            <DialogClose asChild>
              <Button>Cancel</Button>
            </DialogClose>
            <SubmitButton pending={create.isPending}>Make list</SubmitButton>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
