"use client";
import { Redo2, Undo2 } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "#components/ui/button";
import { Tooltip } from "#components/ui/tooltip";
import type { StepView } from "#server/campaigns/schema";
import { SaveState } from "./save-state.tsx";
import { useUndoKeys } from "./use-undo-keys.tsx";
import type { CampaignEdits } from "./use-campaign-edits.tsx";
import { VersionList } from "./version-list.tsx";
import { ViewSwitch } from "./view-switch.tsx";

type Props = {
  edits: CampaignEdits;
  view: StepView;
  onView: (view: StepView) => void;
  editable: boolean;
  /** A step is open, and its editor says so itself. */
  stepOpen: boolean;
  timeZone: string;
};

/** Above the steps: how they are shown, what can be taken back, and whether all is saved. */
export function StepToolbar({ edits, view, onView, editable, stepOpen, timeZone }: Props) {
  const { campaign, retrace } = edits;
  const draft = editable && campaign.status === "draft";
  const { undo, redo } = campaign.history;
  useUndoKeys(draft ? () => void retrace("undo") : null, draft ? () => void retrace("redo") : null);
  return (
    <div className="mb-4 flex flex-wrap items-center gap-x-3 gap-y-2">
      <ViewSwitch view={view} onChange={onView} />
      {draft && (
        <div className="flex items-center">
          <Travel
            label="Undo"
            keys="Control+Z"
            does={undo}
            onClick={() => void retrace("undo")}
            icon={<Undo2 />}
          />
          <Travel
            label="Redo"
            keys="Control+Shift+Z"
            does={redo}
            onClick={() => void retrace("redo")}
            icon={<Redo2 />}
          />
          <VersionList edits={edits} timeZone={timeZone} />
        </div>
      )}
      {draft && !stepOpen && (
        <div className="ml-auto">
          <SaveState state={edits.state} />
        </div>
      )}
    </div>
  );
}

type TravelProps = {
  label: string;
  keys: string;
  does: string | null;
  onClick: () => void;
  icon: ReactNode;
};

/** Stays in the row of focus when there is nothing to do, so that the keyboard is not thrown out by the last undo. */
function Travel({ label, keys, does, onClick, icon }: TravelProps) {
  const works = does !== null;
  return (
    <Tooltip content={does ? `${label}: ${does}` : `Nothing to ${label.toLowerCase()}`}>
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label={does ? `${label}: ${does}` : label}
        aria-keyshortcuts={keys}
        aria-disabled={!works}
        className="aria-disabled:opacity-45"
        onClick={works ? onClick : undefined}
      >
        {icon}
      </Button>
    </Tooltip>
  );
}
