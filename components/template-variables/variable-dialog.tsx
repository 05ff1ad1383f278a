"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogContent, DialogFooter } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { Textarea } from "#components/ui/textarea";
import type { TemplateVariable } from "#server/template-variables/schema";

export function AddVariable() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <Plus /> Add variable
      </Button>
      {open && <VariableDialog onClose={() => setOpen(false)} />}
    </>
  );
}

/** Adds a variable, or changes what one says. */
export function VariableDialog({ variable, onClose }: { variable?: TemplateVariable; onClose: () => void }) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const settled = {
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: trpc.templateVariables.pathKey() });
      router.refresh();
      onClose();
    },
  };
  const create = useMutation(trpc.templateVariables.create.mutationOptions(settled));
  const update = useMutation(trpc.templateVariables.update.mutationOptions(settled));
  const problem = asProblem(create.error ?? update.error);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const { key, value } = formValues(event.currentTarget, "key", "value");
    if (variable) update.mutate({ id: variable.id, value });
    else create.mutate({ key, value });
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={variable ? `Edit ${variable.key}` : "Add a variable"}>
        <form onSubmit={submit} className="space-y-4" noValidate>
          {!variable && (
            <Field
              name="key"
              label="Name"
              hint="As mails write it: {{ support_phone }}. It stays, since mails say it."
              error={problem?.fields.key}
              maxLength={63}
              autoFocus
              autoComplete="off"
              spellCheck={false}
            />
          )}
          <Field
            name="value"
            label="Value"
            hint="What every mail says in its place from now on."
            error={problem?.fields.value}
          >
            {(control) => (
              <Textarea
                {...control}
                rows={3}
                defaultValue={variable?.value ?? ""}
                autoFocus={variable !== undefined}
              />
            )}
          </Field>
          <FormError>{problem?.message}</FormError>
          <DialogFooter>
            <Button type="button" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" variant="primary" pending={create.isPending || update.isPending}>
              {variable ? "Save" : "Add variable"}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
