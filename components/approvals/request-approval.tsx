"use client";
import { useMutation } from "@tanstack/react-query";
import type { Campaign } from "#components/campaigns/use-campaign-edits";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Field } from "#components/ui/field";
import { formValues } from "#components/ui/form-values";
import { CommentDialog } from "./comment-dialog.tsx";

type Props = {
  campaign: Pick<Campaign, "id" | "version" | "status" | "settings" | "series">;
  again: boolean;
  onRequested: (words: string) => Promise<void>;
};

/** Asks for an approval of the campaign as it is shown: for whichever start, or for one, such as the scheduled one. */
export function RequestApproval({ campaign, again, onRequested }: Props) {
  const trpc = useTRPC();
  const request = useMutation(trpc.approvals.request.mutationOptions());
  const { id: campaignId, version, status, settings, series } = campaign;
  return (
    <CommentDialog
      trigger={<Button variant="primary">{again ? "Request again" : "Request approval"}</Button>}
      title="Request an approval"
      description={`Those who may give it are told at once, and reminded. Nobody can launch until they have answered.${
        status === "scheduled" && !series?.active
          ? " It is for the start that is scheduled, and no other."
          : ""
      }`}
      label="A word to them"
      confirm="Request"
      fields={(problem) =>
        status === "draft" && (
          <Field
            name="startsAt"
            type="datetime-local"
            label="To start at"
            aside={`Optional · ${settings.timezone}`}
            hint="It can then start at no other time. Left empty, whoever launches it chooses."
            error={problem?.fields.startsAt}
            className="mb-4"
          />
        )
      }
      onConfirm={async (note, form) => {
        const { startsAt } = formValues(form, "startsAt");
        await request.mutateAsync({ campaignId, version, note, startsAt: startsAt || null });
        await onRequested("Approval requested");
      }}
    />
  );
}
