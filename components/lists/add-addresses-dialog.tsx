"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { SubmitButton } from "#components/ui/submit-button";
import { Textarea } from "#components/ui/textarea";
import type { RouterOutputs } from "#server/router";

/** Puts contacts on a list by their addresses. */
export function AddAddressesDialog({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  const trpc = useTRPC();
  const router = useRouter();
  const add = useMutation(trpc.lists.addAddresses.mutationOptions({ onSuccess: () => router.refresh() }));
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const { emails: typed } = formValues(event.currentTarget, "emails");
    const emails = typed.split(/[\s,;]+/).filter(Boolean);
    if (emails.length > 0) add.mutate({ id, emails });
  }
  function change(next: boolean) {
    setOpen(next);
    add.reset();
  }
  return (
    <Dialog open={open} onOpenChange={change}>
      <DialogTrigger asChild>
        <Button variant="primary">Add people</Button>
      </DialogTrigger>
      <DialogContent
        title="Add people"
        description="Up to 1,000 addresses of contacts of this workspace. For new people, import a file."
      >
        <form onSubmit={submit} className="space-y-4">
          <Field name="emails" label="Addresses" hint="One per line, or divided by commas.">
            {(control) => (
              <Textarea {...control} rows={6} required placeholder={"ada@example.com\nalan@example.com"} />
            )}
          </Field>
          <FormError>{asProblem(add.error)?.message}</FormError>
          {add.data && <Added result={add.data} />}
          <DialogFooter>
            <DialogClose asChild>
              <Button>{add.data ? "Done" : "Cancel"}</Button>
            </DialogClose>
            <SubmitButton pending={add.isPending}>Add to list</SubmitButton>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

function Added({ result }: { result: RouterOutputs["lists"]["addAddresses"] }) {
  const { added, already, unknown, invalid } = result;
  return (
    <Callout
      kind={unknown.length + invalid.length > 0 ? "warning" : "success"}
      title={`${added} added${already > 0 ? `, ${already} on it already` : ""}`}
    >
      {unknown.length > 0 && (
        <p>
          Not a contact of this workspace: {unknown.slice(0, 10).join(", ")}
          {unknown.length > 10 && ` and ${unknown.length - 10} more`}
        </p>
      )}
      {invalid.length > 0 && (
        <p>
          Not an address: {invalid.slice(0, 10).join(", ")}
          {invalid.length > 10 && ` and ${invalid.length - 10} more`}
        </p>
      )}
    </Callout>
  );
}
