"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Checkbox } from "#components/ui/checkbox";
import { FormError } from "#components/ui/form-error";
import { Section } from "#components/ui/section";
import { SubmitButton } from "#components/ui/submit-button";
import type { RouterOutputs } from "#server/router";

/** Whether anybody has to look at what AI has written before it leaves. */
export function DraftPolicyForm({ policy }: { policy: RouterOutputs["drafts"]["policy"] }) {
  const trpc = useTRPC();
  const router = useRouter();
  const update = useMutation(
    trpc.drafts.updatePolicy.mutationOptions({
      onSuccess: () => {
        toast.success("Rules for AI text saved");
        router.refresh();
      },
    }),
  );
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        update.mutate({ unreviewed: new FormData(event.currentTarget).has("unreviewed") });
      }}
    >
      <Section
        title="Text by AI"
        description="Emails that an AI provider has written for one contact, in all workspaces."
        footer={<SubmitButton pending={update.isPending}>Save</SubmitButton>}
      >
        <div className="grid gap-4">
          <Checkbox
            name="unreviewed"
            label="AI text may be sent unreviewed"
            hint="A step can then ask that its emails leave as they are written. Each step says so for itself; nothing changes for the others. What leaves unread is marked in its history."
            defaultChecked={policy.unreviewed}
          />
          <FormError>{asProblem(update.error)?.message}</FormError>
        </div>
      </Section>
    </form>
  );
}
