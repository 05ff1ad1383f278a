"use client";
import { type ReactNode, useState } from "react";
import { asProblem } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { SubmitButton } from "#components/ui/submit-button";
import { Textarea } from "#components/ui/textarea";

type Props = {
  trigger: ReactNode;
  title: string;
  description: string;
  label: string;
  /** The words must not be missing. */
  required?: boolean;
  confirm: string;
  /** More fields above the words; by name, where what is wrong with one is said. */
  fields?: (problem: ReturnType<typeof asProblem>) => ReactNode;
  onConfirm: (comment: string, form: HTMLFormElement) => Promise<void>;
};

/** Asks for a few words with an act. It stays open, and says why, when the act is refused. */
export function CommentDialog(props: Props) {
  const { trigger, title, description, label, required, confirm, fields, onConfirm } = props;
  const [open, setOpen] = useState(false);
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const problem = asProblem(error);
  async function submit(form: HTMLFormElement) {
    setPending(true);
    setError(null);
    try {
      await onConfirm(formValues(form, "comment").comment ?? "", form);
      setOpen(false);
    } catch (refused) {
      setError(refused);
    } finally {
      setPending(false);
    }
  }
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        setError(null);
        setOpen(next);
      }}
    >
      <DialogTrigger asChild>{trigger}</DialogTrigger>
      <DialogContent title={title} description={description} size="sm">
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void submit(event.currentTarget);
          }}
        >
          {fields?.(problem)}
          <Field
            name="comment"
            label={label}
            aside={required ? undefined : "Optional"}
            error={problem?.fields.comment}
          >
            {(control) => <Textarea {...control} rows={4} maxLength={2000} autoFocus />}
          </Field>
          <FormError>
            {problem && Object.keys(problem.fields).length === 0 ? problem.message : null}
          </FormError>
          <DialogFooter>
            <DialogClose asChild>
              <Button>Cancel</Button>
            </DialogClose>
            <SubmitButton pending={pending}>{confirm}</SubmitButton>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
