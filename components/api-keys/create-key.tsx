"use client";
import { useMutation } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { CodeBlock } from "#components/ui/code-block";
import { Dialog, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";

/** Makes a key, and shows it this once. */
export function CreateKey() {
  const trpc = useTRPC();
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const create = useMutation(trpc.apiKeys.create.mutationOptions({ onSuccess: () => router.refresh() }));
  const problem = asProblem(create.error);
  function toggle(next: boolean) {
    setOpen(next);
    // The key is gone with the window.
    if (!next) create.reset();
  }
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    create.mutate(formValues(event.currentTarget, "name"));
  }
  return (
    <Dialog open={open} onOpenChange={toggle}>
      <DialogTrigger asChild>
        <Button variant="primary">
          <Plus /> New key
        </Button>
      </DialogTrigger>
      {create.data ? (
        <DialogContent title="Copy the key now">
          <Callout kind="warning" title="It is shown this once" className="mb-4">
            Keep it where your system keeps its secrets. Whoever has it can send events to this workspace.
          </Callout>
          <CodeBlock label="Copy the key">{create.data.key}</CodeBlock>
          <DialogFooter>
            <Button variant="primary" onClick={() => toggle(false)}>
              Done
            </Button>
          </DialogFooter>
        </DialogContent>
      ) : (
        <DialogContent
          title="New API key"
          description="It may send events to this workspace, and nothing else."
        >
          <form onSubmit={submit} noValidate>
            <Field
              name="name"
              label="Name"
              hint="What uses it, such as “Web shop”."
              error={problem?.fields.name}
              maxLength={80}
              autoFocus
            />
            <FormError>{problem && !problem.fields.name ? problem.message : null}</FormError>
            <DialogFooter>
              <Button type="button" onClick={() => toggle(false)}>
                Cancel
              </Button>
              <Button type="submit" variant="primary" pending={create.isPending}>
                Make the key
              </Button>
            </DialogFooter>
          </form>
        </DialogContent>
      )}
    </Dialog>
  );
}
