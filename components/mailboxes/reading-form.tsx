"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { DialogFooter } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { Select } from "#components/ui/select";
import { SubmitButton } from "#components/ui/submit-button";
import { securityChoices } from "#server/mailboxes/schema";
import { CheckList } from "./check-list.tsx";
import type { Mailbox } from "./mailbox-list.tsx";

/** What of a mailbox the form begins with. */
export type Readable = Pick<
  Mailbox,
  "id" | "email" | "smtpHost" | "imapHost" | "imapPort" | "imapSecurity" | "imapUsername"
>;
type Props = { mailbox: Readable; onDone: () => void; later?: string };

/** Where the replies of a mailbox are read: tried out, phase by phase, before it is saved. */
export function ReadingForm({ mailbox, onDone, later }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const test = useMutation(trpc.mailboxes.testReading.mutationOptions());
  const done = (message: string) => () => {
    toast.success(message);
    router.refresh();
    onDone();
  };
  const set = useMutation(
    trpc.mailboxes.setReading.mutationOptions({
      onSuccess: done("Replies and bounces are read from now on."),
    }),
  );
  const stop = useMutation(
    trpc.mailboxes.stopReading.mutationOptions({ onSuccess: done("Replies are not read any more.") }),
  );
  const problem = asProblem(set.error ?? stop.error ?? test.error);
  const errors = problem?.fields ?? {};
  return (
    <form
      ref={form}
      noValidate
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        test.reset();
        set.mutate(readingOf(event.currentTarget, mailbox.id));
      }}
    >
      <Fields mailbox={mailbox} errors={errors} />
      {(test.isPending || test.data) && (
        <div className="rounded-md border bg-sunken p-3">
          <CheckList checks={test.data} pending={test.isPending} />
        </div>
      )}
      <FormError>{problem && Object.keys(errors).length === 0 ? problem.message : null}</FormError>
      <DialogFooter>
        {mailbox.imapHost && (
          <Button
            variant="ghost"
            className="mr-auto"
            pending={stop.isPending}
            onClick={() => stop.mutate({ id: mailbox.id })}
          >
            Stop reading
          </Button>
        )}
        {later && <Button onClick={onDone}>{later}</Button>}
        <Button
          pending={test.isPending}
          onClick={() => {
            set.reset();
            if (form.current) test.mutate(readingOf(form.current, mailbox.id));
          }}
        >
          Test
        </Button>
        <SubmitButton pending={set.isPending}>Test and save</SubmitButton>
      </DialogFooter>
    </form>
  );
}

const usualPorts: Record<string, string> = { tls: "993", starttls: "143", none: "143" };

function Fields({ mailbox, errors }: { mailbox: Readable; errors: Record<string, string> }) {
  const [port, setPort] = useState(String(mailbox.imapPort ?? 993));
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-[1fr_9rem_6rem]">
        <Field
          name="imapHost"
          label="IMAP server"
          placeholder="imap.example.com"
          defaultValue={mailbox.imapHost ?? mailbox.smtpHost?.replace(/^smtp\./i, "imap.") ?? ""}
          autoComplete="off"
          error={errors.imapHost}
        />
        <Field name="imapSecurity" label="Encryption" error={errors.imapSecurity}>
          {(control) => (
            <Select
              {...control}
              defaultValue={mailbox.imapSecurity ?? "tls"}
              onChange={(event) => {
                const usual = usualPorts[event.target.value];
                if (usual && Object.values(usualPorts).includes(port)) setPort(usual);
              }}
            >
              <option value="tls">TLS</option>
              <option value="starttls">STARTTLS</option>
              <option value="none">None</option>
            </Select>
          )}
        </Field>
        <Field
          name="imapPort"
          label="Port"
          inputMode="numeric"
          value={port}
          onChange={(event) => setPort(event.target.value)}
          error={errors.imapPort}
        />
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          name="imapUsername"
          label="User name"
          aside="Optional"
          defaultValue={mailbox.imapUsername ?? ""}
          hint="The one for sending is taken when empty."
          autoComplete="off"
          error={errors.imapUsername}
        />
        <Field
          name="imapPassword"
          label="Password"
          aside="Optional"
          type="password"
          hint="The stored one is taken when empty."
          autoComplete="new-password"
          error={errors.imapPassword}
        />
      </div>
    </>
  );
}

function readingOf(form: HTMLFormElement, id: string) {
  const values = formValues(form, "imapHost", "imapPort", "imapSecurity", "imapUsername", "imapPassword");
  const imapSecurity = securityChoices.find((choice) => choice === values.imapSecurity) ?? "tls";
  return { ...values, id, imapPort: Number(values.imapPort), imapSecurity };
}
