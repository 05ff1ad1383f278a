"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { asProblem, useTRPC } from "#components/trpc/client";
import { DialogFooter } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { SubmitButton } from "#components/ui/submit-button";
import { LimitFields } from "./limit-fields.tsx";
import type { Mailbox } from "./mailbox-list.tsx";

export function EditMailbox({ mailbox, onDone }: { mailbox: Mailbox; onDone: () => void }) {
  const trpc = useTRPC();
  const router = useRouter();
  const update = useMutation(
    trpc.mailboxes.update.mutationOptions({
      onSuccess: () => {
        router.refresh();
        onDone();
      },
    }),
  );
  const problem = asProblem(update.error);
  return (
    <form
      noValidate
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        const { displayName, dailyLimit, hourlyLimit, minDelaySeconds } = formValues(
          event.currentTarget,
          "displayName",
          "dailyLimit",
          "hourlyLimit",
          "minDelaySeconds",
        );
        update.mutate({
          id: mailbox.id,
          displayName,
          dailyLimit: dailyLimit === "" ? null : Number(dailyLimit),
          hourlyLimit: hourlyLimit === "" ? null : Number(hourlyLimit),
          minDelaySeconds: Number(minDelaySeconds || 0),
          status: mailbox.status === "paused" ? "paused" : "active",
        });
      }}
    >
      <Field
        name="displayName"
        label="Name"
        defaultValue={mailbox.displayName ?? ""}
        error={problem?.fields.displayName}
        hint="People see it before the address."
      />
      <LimitFields
        dailyLimit={mailbox.dailyLimit}
        hourlyLimit={mailbox.hourlyLimit}
        minDelaySeconds={mailbox.minDelaySeconds}
        errors={problem?.fields ?? {}}
      />
      <FormError>{problem && Object.keys(problem.fields).length === 0 ? problem.message : null}</FormError>
      <DialogFooter>
        <SubmitButton pending={update.isPending}>Save</SubmitButton>
      </DialogFooter>
    </form>
  );
}
