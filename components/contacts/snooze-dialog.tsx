"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import type { FormEvent } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogClose, DialogContent, DialogFooter } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { SubmitButton } from "#components/ui/submit-button";
import { snoozeDaysMax } from "#server/contacts/schema";

type Props = { contact: { id: string; email: string }; onClose: () => void };

/** For how long no campaign writes to the contact. */
export function SnoozeDialog({ contact, onClose }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const snooze = useMutation(
    trpc.contacts.snooze.mutationOptions({
      onSuccess: () => {
        toast.success(`No campaign writes to ${contact.email} for now`);
        onClose();
        router.refresh();
      },
    }),
  );
  const problem = asProblem(snooze.error);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    snooze.mutate({ id: contact.id, days: Number(formValues(event.currentTarget, "days").days) });
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        size="sm"
        title="Write no mail for a while"
        description="What is queued for them waits until then. Waits, conditions and actions of campaigns go on."
      >
        <form onSubmit={submit} noValidate className="space-y-4">
          <Field
            name="days"
            type="number"
            label="For how many days"
            min={1}
            max={snoozeDaysMax}
            defaultValue={7}
            autoFocus
            error={problem?.fields.days}
          />
          {problem && !problem.fields.days && <FormError>{problem.message}</FormError>}
          <DialogFooter>
            <DialogClose asChild>
              <Button>Cancel</Button>
            </DialogClose>
            <SubmitButton pending={snooze.isPending}>Write no mail</SubmitButton>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
