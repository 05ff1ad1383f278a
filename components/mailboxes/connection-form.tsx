"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useRef } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { formValues } from "#components/ui/form-values";
import { securityChoices } from "#server/mailboxes/schema";
import type { Mailbox } from "./mailbox-list.tsx";
import { ServerFields } from "./server-fields.tsx";
import { TestAndSave } from "./test-and-save.tsx";

type Props = { mailbox: Mailbox; onDone: () => void };

/** Another server, user name or password of a mailbox: tried out, phase by phase, before it is saved. */
export function ConnectionForm({ mailbox, onDone }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const test = useMutation(trpc.mailboxes.testConnection.mutationOptions());
  const save = useMutation(
    trpc.mailboxes.reconnect.mutationOptions({
      onSuccess: ({ paused }) => {
        toast.success(
          paused === 0
            ? "The connection works and is saved."
            : `The connection works and is saved. ${paused === 1 ? "A campaign" : `${paused} campaigns`} of this mailbox ${paused === 1 ? "is" : "are"} paused: resume ${paused === 1 ? "it" : "them"} to go on.`,
        );
        router.refresh();
        onDone();
      },
    }),
  );
  const problem = asProblem(save.error ?? test.error);
  const errors = problem?.fields ?? {};
  // What the server said of the sender's address has no field here.
  const unplaced = problem && !Object.keys(errors).some((name) => name in fieldsShown);
  return (
    <form
      ref={form}
      noValidate
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        test.reset();
        save.mutate(connectionOf(event.currentTarget, mailbox.id));
      }}
    >
      <ServerFields
        protocol="smtp"
        known={{
          host: mailbox.smtpHost,
          port: mailbox.smtpPort,
          security: mailbox.smtpSecurity,
          user: mailbox.smtpUsername,
        }}
        stored
        errors={errors}
      />
      <TestAndSave
        test={test}
        saving={save.isPending}
        error={unplaced ? problem.message : null}
        onTest={() => {
          save.reset();
          if (form.current) test.mutate(connectionOf(form.current, mailbox.id));
        }}
      />
    </form>
  );
}

const fieldsShown = { smtpHost: 1, smtpPort: 1, smtpSecurity: 1, smtpUsername: 1, password: 1 };

function connectionOf(form: HTMLFormElement, id: string) {
  const values = formValues(form, "smtpHost", "smtpPort", "smtpSecurity", "smtpUsername", "password");
  const smtpSecurity = securityChoices.find((choice) => choice === values.smtpSecurity) ?? "tls";
  return { ...values, id, smtpPort: Number(values.smtpPort), smtpSecurity };
}
