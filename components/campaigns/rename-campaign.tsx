"use client";
import { useMutation } from "@tanstack/react-query";
import { Pencil } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { SubmitButton } from "#components/ui/submit-button";

export function RenameCampaign({ id, name }: { id: string; name: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const rename = useMutation(
    trpc.campaigns.rename.mutationOptions({
      onSuccess: () => {
        setOpen(false);
        router.refresh();
      },
    }),
  );
  const problem = asProblem(rename.error);
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label="Rename campaign">
          <Pencil />
        </Button>
      </DialogTrigger>
      <DialogContent title="Rename campaign" size="sm">
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            rename.mutate({ id, name: formValues(event.currentTarget, "name").name });
          }}
        >
          <Field name="name" label="Name" defaultValue={name} maxLength={255} error={problem?.fields.name} />
          <FormError>{problem && !problem.fields.name ? problem.message : null}</FormError>
          <DialogFooter>
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <SubmitButton pending={rename.isPending}>Rename</SubmitButton>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
