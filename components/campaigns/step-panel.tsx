"use client";
import { type KeyboardEvent, useState } from "react";
import { leaving } from "#components/ui/leave-guard";
import { PanelTabs } from "#components/ui/panel-tabs";
import { StepEditor } from "./step-editor.tsx";
import { StepPeople } from "./step-people.tsx";
import type { CampaignEdits, Step } from "./use-campaign-edits.tsx";

type Props = {
  workspace: string;
  step: Step;
  edits: CampaignEdits;
  /** How many people stand at the step; null before the launch. */
  here: number | null;
  /** Shown to look at the people, where there are some. */
  peopleFirst: boolean;
  canWrite: boolean;
  canLaunch: boolean;
  timeZone: string;
  onClose: () => void;
};

/** A step's editor and, once launched, who stands there. Mount anew for another step. */
export function StepPanel({
  workspace,
  step,
  edits,
  here,
  peopleFirst,
  canWrite,
  canLaunch,
  timeZone,
  onClose,
}: Props) {
  const { campaign } = edits;
  const [tab, setTab] = useState(peopleFirst && here !== null && here > 0 ? "people" : "step");
  const editor = (
    <StepEditor step={step} campaign={campaign} edits={edits} canWrite={canWrite} onClose={onClose} />
  );
  // What is open inside, a menu or a list of choices, takes the key first.
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (
      event.key !== "Escape"
      || event.defaultPrevented
      || !event.currentTarget.contains(event.target as Node)
    )
      return;
    event.preventDefault();
    onClose();
  };
  return (
    <div id="step-panel" tabIndex={-1} onKeyDown={onKeyDown} className="rounded-lg">
      {here === null ? (
        editor
      ) : (
        <PanelTabs
          label={`Step ${step.number}`}
          value={tab}
          // What is typed into the step is gone with its tab.
          onChange={(next) => leaving(() => setTab(next))}
          panels={[
            { value: "step", label: "What it does", content: editor },
            {
              value: "people",
              label: `Who stands here (${here.toLocaleString("en")})`,
              content: <StepPeople {...{ workspace, campaign, step, canLaunch, timeZone }} />,
            },
          ]}
        />
      )}
    </div>
  );
}
