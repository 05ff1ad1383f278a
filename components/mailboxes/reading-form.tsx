"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useRef } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Checkbox } from "#components/ui/checkbox";
import { formValues } from "#components/ui/form-values";
import { securityChoices } from "#server/mailboxes/schema";
import { type FolderKind, folderKinds } from "#server/replies/schema";
import type { Mailbox } from "./mailbox-list.tsx";
import { ServerFields } from "./server-fields.tsx";
import { TestAndSave } from "./test-and-save.tsx";

/** What of a mailbox the form begins with. */
export type Readable = Pick<
  Mailbox,
  "id" | "email" | "smtpHost" | "imapHost" | "imapPort" | "imapSecurity" | "imapUsername" | "reads"
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
      <ServerFields protocol="imap" known={knownOf(mailbox)} stored errors={errors} />
      <fieldset className="grid gap-2">
        <legend className="mb-1.5 font-medium">Folders besides the inbox</legend>
        {folderKinds.map((kind) => (
          <Checkbox
            key={kind}
            name={kind}
            label={folders[kind].label}
            hint={folders[kind].hint}
            defaultChecked={mailbox.reads.includes(kind)}
          />
        ))}
      </fieldset>
      <TestAndSave
        test={test}
        saving={set.isPending}
        error={problem && Object.keys(errors).length === 0 ? problem.message : null}
        onTest={() => {
          set.reset();
          if (form.current) test.mutate(readingOf(form.current, mailbox.id));
        }}
      >
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
      </TestAndSave>
    </form>
  );
}

const folders: Record<FolderKind, { label: string; hint: string }> = {
  junk: {
    label: "Junk",
    hint: "Answers and reports end up there now and then. Only what names an email of yours is taken from it.",
  },
  archive: {
    label: "Archive, or all mail",
    hint: "Where rules file answers away before they are seen in the inbox.",
  },
};

/** Many providers name their servers alike. */
const knownOf = ({ imapHost, imapPort, imapSecurity, imapUsername, smtpHost }: Readable) => ({
  host: imapHost ?? smtpHost?.replace(/^smtp\./i, "imap.") ?? "",
  port: imapPort,
  security: imapSecurity,
  user: imapUsername,
});

function readingOf(form: HTMLFormElement, id: string) {
  const values = formValues(form, "imapHost", "imapPort", "imapSecurity", "imapUsername", "imapPassword");
  const imapSecurity = securityChoices.find((choice) => choice === values.imapSecurity) ?? "tls";
  const data = new FormData(form);
  const reads = folderKinds.filter((kind) => data.has(kind));
  return { ...values, id, imapPort: Number(values.imapPort), imapSecurity, reads };
}
