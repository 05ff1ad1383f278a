"use client";
import { useEffect, useState, type ReactNode } from "react";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import type { Edge, Position } from "#server/campaigns/graph";
import type { Adding } from "./add-step.tsx";
import { LinkStep } from "./link-step.tsx";
import { endsTheWay, wayOutOf } from "./link-targets.tsx";
import { MoveEffect, MoveSteps } from "./move-steps.tsx";
import { type Keep, RemoveSteps } from "./remove-steps.tsx";
import { stepsNamed } from "./several-steps.tsx";
import { type CopiedSteps, useCopiedSteps } from "./use-copied-steps.tsx";
import type { Campaign, CampaignEdits, Step } from "./use-campaign-edits.tsx";

type Asked = { steps: Step[]; what: "delete" | "move" | Position | { kind: "link"; edge: Edge | null } };
type Options = {
  edits: CampaignEdits;
  onSelect: (stepId: string | null) => void;
};

export type StepActs = {
  add: (adding: Adding) => void;
  link: (stepId: string, edge: Edge, to: string | null) => void;
  /** Asks where a way out of the step leads; which one of two, unless that is said. */
  askLink: (step: Step, edge?: Edge) => void;
  ask: (steps: Step[], what: "delete" | "move") => void;
  /** Moves steps to one place, in a running campaign after having said what that means. */
  move: (steps: Step[], position: Position | null) => void;
  copy: (steps: Step[]) => void;
  /** What was copied last, here or in another campaign of the workspace. */
  copied: CopiedSteps | null;
  paste: (position: Position) => void;
  /** A copy right behind the step. */
  duplicate: (step: Step) => void;
  /** The last thing done, for those who don't see it. */
  said: string;
};

/** What can be done with the steps, the same in the list and on the canvas, and the questions it asks. */
export function useStepActs({ edits, onSelect }: Options): { acts: StepActs; dialogs: ReactNode } {
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
  const relocate = async (steps: Step[], position: Position) => {
    const stepIds = steps.map(({ id }) => id);
    const next = await edits.change((edit) => calls.moveSteps({ ...edit, stepIds, position }));
    const now = next?.steps.filter(({ id }) => stepIds.includes(id)) ?? [];
    const numbers = new Intl.ListFormat("en").format(now.map(({ number }) => String(number)));
    if (now.length === 1) setSaid(`Moved: ${now[0]?.title} is step ${numbers} now.`);
    else if (now.length > 1) setSaid(`Moved: ${now.length} steps, ${numbers} now.`);
  };
  const link = async (stepId: string, edge: Edge, to: string | null) => {
    const next = await edits.change((edit) => calls.linkStep({ ...edit, stepId, edge, to }));
    const from = next?.steps.find(({ id }) => id === stepId);
    const target = next?.steps.find(({ id }) => id === to);
    if (!from) return;
    setSaid(
      `${wayOutOf(from, edge)} leads ${target ? `on to step ${target.number}, ${target.title}` : "to the end"}.`,
    );
  };
  const remove = async (steps: Step[], keep: Keep) => {
    const stepIds = steps.map(({ id }) => id);
    const next = await edits.change((edit) => calls.removeSteps({ ...edit, stepIds, keep }));
    if (!next) return;
    setSaid(`Deleted ${steps.length === 1 ? steps[0]?.title : stepsNamed(steps)}.`);
    const first = Math.min(...steps.map(({ number }) => number));
    setFocusOn(next.steps[Math.min(first, next.steps.length) - 1]?.id ?? null);
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
    link: (stepId, edge, to) => void link(stepId, edge, to),
    askLink: (step, edge) => {
      if (endsTheWay(step)) setSaid(`Step ${step.number} ends the way: it leads nowhere.`);
      else setAsked({ steps: [step], what: { kind: "link", edge: edge ?? null } });
    },
    ask: (steps, what) => setAsked({ steps, what }),
    move: (steps, position) => {
      if (position && running) setAsked({ steps, what: position });
      else if (position) void relocate(steps, position);
    },
    copy: (steps) => {
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
        onRemove={remove}
        onLink={link}
      />
    ),
  };
}

/** Where a step goes that comes after this one and its branches; in front of it if it ends the way. */
export function behind(step: Step): Position {
  if (step.branches) return { kind: "behind", conditionId: step.id };
  if (endsTheWay(step)) return { kind: "before", stepId: step.id };
  return { kind: "edge", from: step.id, edge: "next" };
}

type QuestionProps = {
  asked: Asked;
  campaign: Campaign;
  onClose: () => void;
  onMove: (steps: Step[], position: Position) => Promise<void>;
  onRemove: (steps: Step[], keep: Keep) => Promise<void>;
  onLink: (stepId: string, edge: Edge, to: string | null) => Promise<void>;
};

function Question({ asked: { steps, what }, campaign, onClose, onMove, onRemove, onLink }: QuestionProps) {
  if (what === "move")
    return (
      <MoveSteps
        steps={steps}
        campaign={campaign}
        onMove={(position) => void onMove(steps, position)}
        onClose={onClose}
      />
    );
  if (what === "delete")
    return (
      <RemoveSteps
        steps={steps}
        campaign={campaign}
        onClose={onClose}
        onRemove={(keep) => onRemove(steps, keep)}
      />
    );
  if (what.kind === "link")
    return steps.map((step) => (
      <LinkStep
        key={step.id}
        step={step}
        edge={what.edge}
        campaign={campaign}
        onLink={(edge, to) => void onLink(step.id, edge, to)}
        onClose={onClose}
      />
    ));
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Move ${stepsNamed(steps)}?`}
      confirm="Move"
      onConfirm={() => onMove(steps, what)}
    >
      <MoveEffect steps={steps} campaign={campaign} />
    </ConfirmDialog>
  );
}
