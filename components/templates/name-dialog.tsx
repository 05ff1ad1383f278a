"use client";
import { useMutation } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { asProblem } from "#components/trpc/client";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog";
import { Button } from "#components/ui/button";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { SubmitButton } from "#components/ui/submit-button";

type Props = {
  title: string;
  description?: string;
  confirm: string;
  value?: string;
  trigger?: ReactNode;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  /** The dialog stays open while it runs, and shows the message of what it throws. */
  onSubmit: (name: string) => Promise<unknown>;
};

/** Asks for a name. */
export function NameDialog({
  title,
  description,
  confirm,
  value = "",
  trigger,
  onSubmit,
  ...control
}: Props) {
  const [own, setOwn] = useState(false);
  const open = control.open ?? own;
  const save = useMutation({ mutationFn: onSubmit, onSuccess: () => change(false) });
  const problem = asProblem(save.error);
  function change(next: boolean) {
    if (!next) save.reset();
    setOwn(next);
    control.onOpenChange?.(next);
  }
  return (
    <Dialog open={open} onOpenChange={change}>
      {trigger && <DialogTrigger asChild>{trigger}</DialogTrigger>}
      <DialogContent title={title} description={description} size="sm">
        <form
          noValidate
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate(formValues(event.currentTarget, "name").name);
          }}
        >
          <Field
            name="name"
            label="Name"
            defaultValue={value}
            maxLength={100}
            autoComplete="off"
            error={problem?.fields.name ?? problem?.fields.label}
          />
          <FormError>
            {problem && Object.keys(problem.fields).length === 0 ? problem.message : null}
          </FormError>
          <DialogFooter>
            <DialogClose asChild>
              <Button>Cancel</Button>
            </DialogClose>
            <SubmitButton pending={save.isPending}>{confirm}</SubmitButton>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
