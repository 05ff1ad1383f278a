"use client";
import { useState } from "react";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import { RadioCards } from "#components/ui/radio-cards";
import type { StepsRemove } from "#server/campaigns/schema";
import { contacts } from "./running-note.tsx";
import { stepsNamed, undecidedForks } from "./several-steps.tsx";
import type { Campaign, Step } from "./use-campaign-edits.tsx";

export type Keep = NonNullable<StepsRemove["keep"]>;

type Props = {
  steps: Step[];
  campaign: Campaign;
  onRemove: (keep: Keep) => Promise<unknown>;
  onClose: () => void;
};

/** A condition with two different ways on needs a decision: which way stays. */
export function RemoveSteps({ steps, campaign, onRemove, onClose }: Props) {
  const [keep, setKeep] = useState<Keep>({});
  const forks = undecidedForks(campaign, steps);
  const [only] = steps.length === 1 ? steps : [];
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Delete ${stepsNamed(steps)}?`}
      confirm="Delete"
      danger
      onConfirm={() => onRemove(Object.fromEntries(forks.map(({ id }) => [id, keep[id] ?? "true"])))}
    >
      {forks.length > 0 ? (
        <div className="space-y-3">
          <p>
            {only ? "Its" : forks.length === 1 ? `The branches of step ${forks[0]?.number}` : "Some"}
            {only || forks.length > 1 ? " branches" : ""} lead different ways. The steps of a branch you don’t
            keep are deleted too.
          </p>
          <div className="max-h-[40vh] space-y-3 overflow-y-auto">
            {forks.map((fork) => (
              <BranchChoice
                key={fork.id}
                fork={fork}
                alone={forks.length === 1}
                value={keep[fork.id] ?? "true"}
                onChange={(chosen) => setKeep({ ...keep, [fork.id]: chosen })}
              />
            ))}
          </div>
        </div>
      ) : (
        <p>{only ? afterOne(only, campaign) : afterSeveral(campaign)}</p>
      )}
      <Stranded steps={steps} campaign={campaign} asks={forks.length > 0} />
    </ConfirmDialog>
  );
}

function afterOne(step: Step, campaign: Campaign): string {
  const after = campaign.steps.find((each) => each.id === step.next);
  return after
    ? `What led here goes on with step ${after.number}, ${after.title}.`
    : "Its text and settings go with it.";
}

const afterSeveral = ({ status }: Campaign) =>
  status === "draft"
    ? "Their texts and settings go with them. One undo brings them all back."
    : "Their texts and settings are gone for good.";

type ChoiceProps = {
  fork: Step;
  alone: boolean;
  value: Keep[string];
  onChange: (chosen: Keep[string]) => void;
};

function BranchChoice({ fork, alone, value, onChange }: ChoiceProps) {
  return (
    <RadioCards
      name={`keep-${fork.id}`}
      legend={alone ? "What stays" : `What stays of step ${fork.number}, ${fork.title}`}
      hideLegend={alone}
      value={value}
      onChange={(chosen) => onChange(chosen as Keep[string])}
      className="text-ink sm:grid-cols-1"
      options={[
        { value: "true", label: `Keep the “${fork.branchNames.true}” branch` },
        { value: "false", label: `Keep the “${fork.branchNames.false}” branch` },
        { value: "neither", label: "Delete both branches", hint: "Goes on where both meet, if they do." },
      ]}
    />
  );
}

/** Of a running campaign: what becomes of those who stand at what is deleted. */
function Stranded({ steps, campaign, asks }: Pick<Props, "steps" | "campaign"> & { asks: boolean }) {
  const here = steps.reduce((sum, { id }) => sum + (campaign.here[id] ?? 0), 0);
  if (here === 0) return null;
  const [only] = steps;
  if (!only || steps.length > 1)
    return (
      <p className="mt-2 text-ink">
        {contacts(here)} at these steps now will go on at once with the next step of their way that is left,
        or end the campaign where none is. What is queued for them from these steps is not sent.
      </p>
    );
  const after = campaign.steps.find((each) => each.id === only.next);
  return (
    <p className="mt-2 text-ink">
      {contacts(here)} at this step now will{" "}
      {asks
        ? "go on with the branch that stays"
        : after
          ? `go on with step ${after.number} at once`
          : "end the campaign here"}
      . What is queued for them from this step is not sent.
    </p>
  );
}
