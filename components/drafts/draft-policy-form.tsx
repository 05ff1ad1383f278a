"use client";
import { useMutation } from "@tanstack/react-query";
import { RulesForm, useSaved } from "#components/settings/rules-form";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Checkbox } from "#components/ui/checkbox";
import type { RouterOutputs } from "#server/router";

/** Whether anybody has to look at what AI has written before it leaves. */
export function DraftPolicyForm({ policy }: { policy: RouterOutputs["drafts"]["policy"] }) {
  const trpc = useTRPC();
  const update = useMutation(trpc.drafts.updatePolicy.mutationOptions(useSaved("Rules for AI text saved")));
  return (
    <RulesForm
      title="Text by AI"
      description="Emails that an AI provider has written for one contact, in all workspaces."
      pending={update.isPending}
      problem={asProblem(update.error)}
      onSave={(form) => update.mutate({ unreviewed: form.has("unreviewed") })}
    >
      <Checkbox
        name="unreviewed"
        label="AI text may be sent unreviewed"
        hint="A step can then ask that its emails leave as they are written. Each step says so for itself; nothing changes for the others. What leaves unread is marked in its history."
        defaultChecked={policy.unreviewed}
      />
    </RulesForm>
  );
}
