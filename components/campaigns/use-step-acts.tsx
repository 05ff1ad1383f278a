"use client";
import { useEffect, useState, type ReactNode } from "react";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import type { Position } from "#server/campaigns/graph";
import { endingActions } from "#server/campaigns/schema";
import type { Adding } from "./add-step.tsx";
import { MoveEffect, MoveStep } from "./move-step.tsx";
import { RemoveStep } from "./remove-step.tsx";
import { type CopiedSteps, useCopiedSteps } from "./use-copied-steps.tsx";
import type { Campaign, CampaignEdits, Step } from "./use-campaign-edits.tsx";

type Asked = { step: Step; what: "delete" | "move" | Position };
type Options = {
  edits: CampaignEdits;
  selected: string | null;
  onSelect: (stepId: string | null) => void;
};

export type StepActs = {
  add: (adding: Adding) => void;
  link: (stepId: string, edge: "next" | "true" | "false", to: string | null) => void;
  ask: (step: Step, what: "delete" | "move") => void;
  /** Moves a step, in a running campaign after having said what that means. */
  move: (step: Step, position: Position | null) => void;
  copy: (...steps: Step[]) => void;
  /** What was copied last, here or in another campaign of the workspace. */
  copied: CopiedSteps | null;
  paste: (position: Position) => void;
  /** A copy right behind the step. */
  duplicate: (step: Step) => void;
  /** The last thing done, for those who don't see it. */
  said: string;
};

/** What can be done with the steps, the same in the list and on the canvas, and the questions it asks. */
export function useStepActs({ edits, selected, onSelect }: Options): { acts: StepActs; dialogs: ReactNode } {
  const { campaign, calls } = edits;
  const [asked, setAsked] = useState<Asked | null>(null);
  const [stored, keepCopied] = useCopiedSteps();
  const [said, setSaid] = useState("");
  const [focusOn, setFocusOn] = useState<string | null>(null);
  useEffect(() => {
    if (asked || !focusOn) return;
    // After the dialog has given the focus back to where it was, which is gone.
    const timer = setTimeout(() => {
      const shown = ["node", "step"].map((kind) => document.getElementById(`${kind}-${focusOn}`));
      shown.find((each) => each !== null)?.focus({ preventScroll: true });
      setFocusOn(null);
    });
    return () => clearTimeout(timer);
  }, [asked, focusOn]);
  const running = campaign.status !== "draft";
  const here = (id: string) => campaign.steps.some((step) => step.id === id);
  const copied = stored && (stored.campaignId !== campaign.id || stored.stepIds.every(here)) ? stored : null;
  const close = () => setAsked(null);

  /** Selects what is new, if it worked. */
  const bring = (words: string, work: Promise<Campaign | null>) => {
    const known = new Set(campaign.steps.map(({ id }) => id));
    void work.then((next) => {
      const made = next?.steps.find(({ id }) => !known.has(id));
      if (!made) return;
      onSelect(made.id);
      setSaid(`${words} step ${made.number}, ${made.title}.`);
    });
  };
  const relocate = async (step: Step, position: Position) => {
    const next = await edits.change((edit) => calls.moveStep({ ...edit, stepId: step.id, position }));
    const now = next?.steps.find(({ id }) => id === step.id);
    if (now) setSaid(`Moved: ${now.title} is step ${now.number} now.`);
  };
  const paste = (position: Position, what: Pick<CopiedSteps, "campaignId" | "stepIds"> | null = copied) => {
    if (!what) return;
    const { campaignId: from, stepIds } = what;
    bring(
      "Pasted",
      edits.change((edit) => calls.copySteps({ ...edit, from, stepIds, position })),
    );
  };
  const acts: StepActs = {
    add: (adding) =>
      bring(
        "Added",
        edits.change((edit) => calls.addStep({ ...edit, ...adding })),
      ),
    link: (stepId, edge, to) => void edits.change((edit) => calls.linkStep({ ...edit, stepId, edge, to })),
    ask: (step, what) => setAsked({ step, what }),
    move: (step, position) => {
      if (position && running) setAsked({ step, what: position });
      else if (position) void relocate(step, position);
    },
    copy: (...steps) => {
      const [first] = steps;
      if (!first) return;
      const title = steps.length === 1 ? first.title : `${steps.length} steps`;
      keepCopied({ campaignId: campaign.id, stepIds: steps.map(({ id }) => id), title });
      setSaid(steps.length === 1 ? `Copied step ${first.number}, ${title}.` : `Copied ${title}.`);
    },
    copied,
    paste: (position) => paste(position),
    duplicate: (step) => paste(behind(step), { campaignId: campaign.id, stepIds: [step.id] }),
    said,
  };
  return {
    acts,
    dialogs: asked && (
      <Question
        asked={asked}
        campaign={campaign}
        onClose={close}
        onMove={relocate}
        onRemove={async (step, keep) => {
          if (selected === step.id) onSelect(null);
          const next = await edits.change((edit) => calls.removeStep({ ...edit, stepId: step.id, keep }));
          if (!next) return;
          setSaid(`Deleted ${step.title}.`);
          setFocusOn(next.steps[Math.min(step.number, next.steps.length) - 1]?.id ?? null);
        }}
      />
    ),
  };
}

/** Where a step goes that comes after this one and its branches; in front of it if it ends the way. */
export function behind(step: Step): Position {
  if (step.branches) return { kind: "behind", conditionId: step.id };
  if (step.actionType !== null && endingActions.includes(step.actionType))
    return { kind: "before", stepId: step.id };
  return { kind: "edge", from: step.id, edge: "next" };
}

type QuestionProps = {
  asked: Asked;
  campaign: Campaign;
  onClose: () => void;
  onMove: (step: Step, position: Position) => Promise<void>;
  onRemove: (step: Step, keep?: "true" | "false" | "neither") => Promise<void>;
};

function Question({ asked: { step, what }, campaign, onClose, onMove, onRemove }: QuestionProps) {
  if (what === "move")
    return (
      <MoveStep
        step={step}
        campaign={campaign}
        onMove={(position) => void onMove(step, position)}
        onClose={onClose}
      />
    );
  if (what === "delete")
    return (
      <RemoveStep
        step={step}
        campaign={campaign}
        onClose={onClose}
        onRemove={(keep) => onRemove(step, keep)}
      />
    );
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Move step ${step.number}, ${step.title}?`}
      confirm="Move"
      onConfirm={() => onMove(step, what)}
    >
      <MoveEffect step={step} campaign={campaign} />
    </ConfirmDialog>
  );
}
