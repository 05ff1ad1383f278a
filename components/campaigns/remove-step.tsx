"use client";
import { useState } from "react";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import { RadioCards } from "#components/ui/radio-cards";
import { contacts } from "./running-note.tsx";
import type { Campaign, Step } from "./use-campaign-edits.tsx";

type Keep = "true" | "false" | "neither";

type Props = {
  step: Step;
  campaign: Campaign;
  onRemove: (keep?: Keep) => Promise<unknown>;
  onClose: () => void;
};

/** A condition with two different ways on needs a decision: which way stays. */
export function RemoveStep({ step, campaign, onRemove, onClose }: Props) {
  const [keep, setKeep] = useState<Keep>("true");
  const asks = step.branches && step.whenTrue !== step.whenFalse;
  const here = campaign.here[step.id] ?? 0;
  const after = campaign.steps.find((each) => each.id === step.next);
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Delete step ${step.number}, ${step.title}?`}
      confirm="Delete"
      danger
      onConfirm={() => onRemove(asks ? keep : undefined)}
    >
      {asks ? (
        <div className="space-y-3">
          <p>Its branches lead different ways. The steps of the branch you don’t keep are deleted too.</p>
          <RadioCards
            name="keep"
            legend="What stays"
            hideLegend
            value={keep}
            onChange={(value) => setKeep(value as Keep)}
            className="text-ink sm:grid-cols-1"
            options={[
              { value: "true", label: `Keep the “${step.branchNames.true}” branch` },
              { value: "false", label: `Keep the “${step.branchNames.false}” branch` },
              {
                value: "neither",
                label: "Delete both branches",
                hint: "Goes on where both meet, if they do.",
              },
            ]}
          />
        </div>
      ) : (
        <p>
          {after
            ? `What led here goes on with step ${after.number}, ${after.title}.`
            : "Its text and settings are gone for good."}
        </p>
      )}
      {here > 0 && (
        <p className="mt-2 text-ink">
          {contacts(here)} at this step now will{" "}
          {asks
            ? "go on with the branch that stays"
            : after
              ? `go on with step ${after.number} at once`
              : "end the campaign here"}
          . What is queued for them from this step is not sent.
        </p>
      )}
    </ConfirmDialog>
  );
}
