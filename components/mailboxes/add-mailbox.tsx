"use client";
import { useMutation } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogContent, DialogTrigger } from "#components/ui/dialog";
import { formValues } from "#components/ui/form-values";
import { securityChoices } from "#server/mailboxes/schema";
import { ConnectionFields } from "./connection-fields.tsx";
import { LimitFields } from "./limit-fields.tsx";
import { type Readable, ReadingForm } from "./reading-form.tsx";
import { TestAndSave } from "./test-and-save.tsx";

/** Adds a mailbox of one's own: it is tried out, phase by phase, before it is saved. */
export function AddMailbox() {
  const [open, setOpen] = useState(false);
  const [added, setAdded] = useState<Readable | null>(null);
  const show = (next: boolean) => {
    setOpen(next);
    if (next) setAdded(null);
  };
  return (
    <Dialog open={open} onOpenChange={show}>
      <DialogTrigger asChild>
        <Button variant="primary">
          <Plus aria-hidden /> Add mailbox
        </Button>
      </DialogTrigger>
      {added ? (
        <DialogContent
          title={`Replies to ${added.email}`}
          description="It sends. Now let its inbox be read (IMAP), so that who answers is not mailed again."
        >
          <ReadingForm mailbox={added} onDone={() => show(false)} later="Not now" />
        </DialogContent>
      ) : (
        <DialogContent
          title="Add a mailbox"
          description="Campaigns send through its mail server (SMTP). The password is stored encrypted."
        >
          <MailboxForm onAdded={setAdded} />
        </DialogContent>
      )}
    </Dialog>
  );
}

function MailboxForm({ onAdded }: { onAdded: (mailbox: Readable) => void }) {
  const trpc = useTRPC();
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const test = useMutation(trpc.mailboxes.test.mutationOptions());
  const create = useMutation(
    trpc.mailboxes.create.mutationOptions({
      onSuccess: ({ id }, { email, smtpHost }) => {
        toast.success("The mailbox works and is saved.");
        router.refresh();
        onAdded({ ...unread, id, email, smtpHost });
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
        const { displayName, dailyLimit, hourlyLimit, minDelaySeconds } = formValues(
          event.currentTarget,
          "displayName",
          "dailyLimit",
          "hourlyLimit",
          "minDelaySeconds",
        );
        create.mutate({
          ...connectionOf(event.currentTarget),
          displayName,
          dailyLimit: dailyLimit === "" ? null : Number(dailyLimit),
          hourlyLimit: hourlyLimit === "" ? null : Number(hourlyLimit),
          minDelaySeconds: Number(minDelaySeconds || 0),
        });
      }}
    >
      <ConnectionFields errors={problem?.fields ?? {}} />
      <LimitFields dailyLimit={50} hourlyLimit={null} minDelaySeconds={60} errors={problem?.fields ?? {}} />
      <TestAndSave
        test={test}
        saving={create.isPending}
        error={problem && Object.keys(problem.fields).length === 0 ? problem.message : null}
        onTest={() => {
          create.reset();
          if (form.current) test.mutate(connectionOf(form.current));
        }}
      />
    </form>
  );
}

const unread = {
  imapHost: null,
  imapPort: null,
  imapSecurity: null,
  imapUsername: null,
  reads: ["junk" as const],
};

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
