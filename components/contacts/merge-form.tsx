"use client";
import { useMutation } from "@tanstack/react-query";
import { ArrowLeftRight } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Callout } from "#components/ui/callout";
import { DateTime } from "#components/ui/date-time";
import { FormError } from "#components/ui/form-error";
import { LinkButton } from "#components/ui/link-button";
import { Section } from "#components/ui/section";
import { StatusBadge } from "#components/ui/status-badge";
import { SubmitButton } from "#components/ui/submit-button";
import type { RouterOutputs } from "#server/router";
import { counted } from "./columns.tsx";
import { MergeFields } from "./merge-fields.tsx";
import { MergeOutcome } from "./merge-outcome.tsx";

export type MergePreview = RouterOutputs["contacts"]["mergePreview"];
export type MergeChoices = Record<string, MergePreview["differences"][number]["proposed"]>;
type Props = { workspace: string; preview: MergePreview; timeZone: string };

/** Two contacts side by side: which values win, what comes over, and the button. */
export function MergeForm({ workspace, preview, timeZone }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const { keep, other } = preview;
  const [choices, setChoices] = useState<MergeChoices>(() =>
    Object.fromEntries(preview.differences.map(({ name, proposed }) => [name, proposed])),
  );
  const merge = useMutation(
    trpc.contacts.merge.mutationOptions({
      onSuccess: ({ id }) => {
        toast.success("The two contacts are one now");
        router.push(`/${workspace}/contacts/${id}`);
        router.refresh();
      },
    }),
  );
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    merge.mutate({
      keep: { id: keep.id, version: keep.version },
      other: { id: other.id, version: other.version },
      choices,
    });
  }
  return (
    <form onSubmit={submit}>
      <Section
        title="The contact that stays"
        action={
          <LinkButton
            href={`/${workspace}/contacts/merge?keep=${other.id}&other=${keep.id}`}
            size="sm"
            replace
          >
            <ArrowLeftRight aria-hidden /> Keep the other one
          </LinkButton>
        }
      >
        <div className="grid gap-3 sm:grid-cols-2">
          <Side title="Stays" side={keep} timeZone={timeZone} />
          <Side title="Is merged into it" side={other} timeZone={timeZone} />
        </div>
      </Section>
      <MergeFields preview={preview} choices={choices} onChange={setChoices} />
      <MergeOutcome preview={preview} />
      <Stops preview={preview} />
      <FormError className="mb-4">{asProblem(merge.error)?.message}</FormError>
      <div className="flex flex-wrap justify-end gap-2">
        <LinkButton href={`/${workspace}/contacts/${keep.id}`}>Cancel</LinkButton>
        <SubmitButton variant="danger" pending={merge.isPending || merge.isSuccess}>
          Merge contacts
        </SubmitButton>
      </div>
    </form>
  );
}

function Side({ title, side, timeZone }: { title: string; side: MergePreview["keep"]; timeZone: string }) {
  return (
    <div className="min-w-0 rounded-lg border p-3">
      <div className="mb-1 flex items-center justify-between gap-2">
        <h3 className="text-xs font-medium text-muted">{title}</h3>
        <StatusBadge status={side.status} />
      </div>
      <p className="font-medium wrap-anywhere">{side.email}</p>
      <p className="text-xs text-muted">
        Added <DateTime at={side.createdAt} timeZone={timeZone} show="date" />,{" "}
        {side.sent === 1 ? "1 mail sent" : `${counted(side.sent)} mails sent`}
      </p>
    </div>
  );
}

const words: Record<string, string> = {
  unsubscribed: "unsubscribed",
  bounced: "bounced: mail came back",
  complained: "reported as spam",
  archived: "archived",
};

/** That the merged contact gets no mail, and why. */
function Stops({ preview: { keep, status, suppressed } }: { preview: MergePreview }) {
  if (status === "active" && !suppressed) return null;
  const said = status === "active" ? "on the suppression list" : (words[status] ?? status);
  return (
    <Callout kind="warning" className="mb-5" title={`The merged contact gets no mail: it is ${said}`}>
      What one of the two said holds for both, and both addresses stay closed
      {keep.status === "active" && status !== "active" ? ". It leaves the campaigns it is in." : "."}
    </Callout>
  );
}
