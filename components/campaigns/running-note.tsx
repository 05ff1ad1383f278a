"use client";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { Checkbox } from "#components/ui/checkbox";
import type { CampaignStatus } from "#server/campaigns/schema";
import type { Campaign, Step } from "./use-campaign-edits.tsx";

export const contacts = (count: number) =>
  count === 1 ? "1 contact" : `${count.toLocaleString("en")} contacts`;

/** Why nothing can be changed here. */
export function FixedNote({ status }: { status: CampaignStatus }) {
  if (status === "scheduled")
    return <Callout kind="info">This campaign is scheduled. Unschedule it to change its steps.</Callout>;
  return (
    <Callout kind="info">
      {status === "completed"
        ? "This campaign has completed: clone it to change its steps."
        : "This campaign is archived: restore it to change its steps."}
    </Callout>
  );
}

const effects: Record<Step["type"], string> = {
  email: "They are still on the way to this email and get the new one. Who already got it keeps the old one.",
  wait: "They are still on the way through this wait. Who comes to it from now on waits as it says then.",
  condition: "Who is asked from now on goes by the new rules. Who has been asked stays on their branch.",
  action: "It does this for whoever comes by from now on. What it has done stays done.",
};

type Props = {
  step: Step;
  campaign: Campaign;
  saveable: boolean;
  /** `retime`: those who wait here now get the new time as well. */
  onSave: (retime: boolean) => Promise<unknown>;
};

/** What a change of a running campaign's step brings about, said before it is saved. */
export function RunningNote({ step, campaign, saveable, onSave }: Props) {
  const [pending, setPending] = useState(false);
  const [retime, setRetime] = useState(true);
  const ahead = campaign.ahead[step.id] ?? 0;
  const here = campaign.here[step.id] ?? 0;
  const unfinished = campaign.problems.some(
    (problem) => problem.stepId === step.id && problem.severity === "blocker",
  );
  const action = (
    <Button
      size="sm"
      variant="primary"
      pending={pending}
      disabled={!saveable}
      onClick={() => {
        setPending(true);
        void onSave(retime).finally(() => setPending(false));
      }}
    >
      Save for {contacts(ahead)}
    </Button>
  );
  return (
    <Callout kind="warning" title={`A change affects ${contacts(ahead)}`} action={action}>
      {ahead === 0 ? "Nobody is still on the way to this step." : effects[step.type]}
      {unfinished && (
        <p className="mt-1">
          {here > 0 ? `${contacts(here)} wait here` : "Whoever comes here waits"} until it is finished.
        </p>
      )}
      {step.type === "wait" && here > 0 && (
        <Checkbox
          className="mt-2"
          checked={retime}
          onChange={({ target }) => setRetime(target.checked)}
          label={`Also for ${contacts(here)} waiting here now, counted from when they came`}
        />
      )}
    </Callout>
  );
}
