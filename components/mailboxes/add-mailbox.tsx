"use client";
import { useMutation } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { SubmitButton } from "#components/ui/submit-button";
import { securityChoices } from "#server/mailboxes/schema";
import { CheckList } from "./check-list.tsx";
import { ConnectionFields } from "./connection-fields.tsx";
import { LimitFields } from "./limit-fields.tsx";

/** Adds a mailbox of one's own: it is tried out, phase by phase, before it is saved. */
export function AddMailbox() {
  const [open, setOpen] = useState(false);
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="primary">
          <Plus aria-hidden /> Add mailbox
        </Button>
      </DialogTrigger>
      <DialogContent
        title="Add a mailbox"
        description="Campaigns send through its mail server (SMTP). The password is stored encrypted."
      >
        <MailboxForm onDone={() => setOpen(false)} />
      </DialogContent>
    </Dialog>
  );
}

function MailboxForm({ onDone }: { onDone: () => void }) {
  const trpc = useTRPC();
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const test = useMutation(trpc.mailboxes.test.mutationOptions());
  const create = useMutation(
    trpc.mailboxes.create.mutationOptions({
      onSuccess: () => {
        toast.success("The mailbox works and is saved.");
        router.refresh();
        onDone();
      },
    }),
  );
  const problem = asProblem(create.error ?? test.error);
  return (
    <form
      ref={form}
      noValidate
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        test.reset();
        const { displayName, dailyLimit, minDelaySeconds } = formValues(
          event.currentTarget,
          "displayName",
          "dailyLimit",
          "minDelaySeconds",
        );
        create.mutate({
          ...connectionOf(event.currentTarget),
          displayName,
          dailyLimit: dailyLimit === "" ? null : Number(dailyLimit),
          minDelaySeconds: Number(minDelaySeconds || 0),
        });
      }}
    >
      <ConnectionFields errors={problem?.fields ?? {}} />
      <LimitFields dailyLimit={50} minDelaySeconds={60} errors={problem?.fields ?? {}} />
      {(test.isPending || test.data) && (
        <div className="rounded-md border bg-sunken p-3">
          <CheckList checks={test.data} pending={test.isPending} />
        </div>
      )}
      <FormError>{problem && Object.keys(problem.fields).length === 0 ? problem.message : null}</FormError>
      <DialogFooter>
        <Button
          pending={test.isPending}
          onClick={() => {
            create.reset();
            if (form.current) test.mutate(connectionOf(form.current));
          }}
        >
          Test
        </Button>
        <SubmitButton pending={create.isPending}>Test and save</SubmitButton>
      </DialogFooter>
    </form>
  );
}

function connectionOf(form: HTMLFormElement) {
  const values = formValues(
    form,
    "email",
    "smtpHost",
    "smtpPort",
    "smtpSecurity",
    "smtpUsername",
    "password",
  );
  const smtpSecurity = securityChoices.find((choice) => choice === values.smtpSecurity) ?? "tls";
  return {
    ...values,
    smtpPort: Number(values.smtpPort),
    smtpSecurity,
    smtpUsername: values.smtpUsername || values.email,
  };
}
