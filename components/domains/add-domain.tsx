"use client";
import { useMutation } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useParams, useRouter } from "next/navigation";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { SubmitButton } from "#components/ui/submit-button";

/** Adds a domain and leads to its records. `known` is one that mailboxes send from. */
export function AddDomain({ known }: { known?: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const { workspace } = useParams<{ workspace: string }>();
  const create = useMutation(
    trpc.domains.create.mutationOptions({
      onSuccess: ({ id }) => router.push(`/${workspace}/settings/domains/${id}`),
    }),
  );
  const problem = asProblem(create.error);
  return (
    <Dialog onOpenChange={() => create.reset()}>
      <DialogTrigger asChild>
        {known ? (
          <Button size="sm">Set up {known}</Button>
        ) : (
          <Button variant="primary">
            <Plus aria-hidden /> Add domain
          </Button>
        )}
      </DialogTrigger>
      <DialogContent
        size="sm"
        title="Add a domain"
        description="It gets a key of its own. You then set a few records where the domain is administered."
      >
        <form
          noValidate
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            create.mutate(formValues(event.currentTarget, "domain"));
          }}
        >
          <Field
            name="domain"
            label="Domain"
            placeholder="example.com"
            defaultValue={known}
            hint="What stands behind the @ of your senders. Mail of its subdomains is signed, too."
            autoComplete="off"
            autoCapitalize="off"
            error={problem?.fields.domain}
          />
          <FormError>{problem && !problem.fields.domain ? problem.message : null}</FormError>
          <DialogFooter>
            <SubmitButton pending={create.isPending || create.isSuccess}>Add domain</SubmitButton>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
