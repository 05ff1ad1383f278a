"use client";
import { ArrowDown, ArrowUp, ArrowUpDown, CircleAlert, Ellipsis, Trash2 } from "lucide-react";
import { useState, type KeyboardEvent } from "react";
import { Button } from "#components/ui/button";
import { cn } from "#components/ui/cn";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "#components/ui/dropdown-menu";
import type { Position } from "#server/campaigns/graph";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import { MoveEffect, MoveStep } from "./move-step.tsx";
import { RemoveStep } from "./remove-step.tsx";
import type { FlowProps } from "./step-flow.tsx";
import { StepIcon } from "./step-icon.tsx";
import type { Step } from "./use-campaign-edits.tsx";

/** The places above the step before and below the step after, within the same list. */
export type Siblings = { above: Position | null; below: Position | null };

type Props = FlowProps & { step: Step; siblings: Siblings };

export function StepCard({ step, siblings, campaign, edits, selected, onSelect, editable }: Props) {
  const [asking, setAsking] = useState<"delete" | "move" | Position | null>(null);
  const running = campaign.status !== "draft";
  const problems = campaign.problems.filter((problem) => problem.stepId === step.id);
  const move = (position: Position) =>
    edits.change((edit) => edits.calls.moveStep({ ...edit, stepId: step.id, position }));
  // People are on their way in a running campaign: what a move means to them is said first.
  const nudge = (position: Position | null) => {
    if (position && running) setAsking(position);
    else if (position) void move(position);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const up = event.key === "ArrowUp";
    if (up || event.key === "ArrowDown") {
      event.preventDefault();
      if (!event.altKey) focusStep(campaign.steps[step.number - 1 + (up ? -1 : 1)]);
      else if (editable) nudge(up ? siblings.above : siblings.below);
    } else if (event.key === "Delete" && editable) setAsking("delete");
  };
  return (
    <div
      className={cn(
        "relative flex items-center gap-1 rounded-lg border bg-surface pr-1.5 shadow-card transition-colors",
        selected === step.id
          ? "border-accent ring-1 ring-accent"
          : "border-line-strong hover:border-faint/70",
      )}
    >
      <button
        type="button"
        id={`step-${step.id}`}
        aria-pressed={selected === step.id}
        aria-keyshortcuts="ArrowUp ArrowDown Alt+ArrowUp Alt+ArrowDown Delete"
        onClick={() => onSelect(step.id)}
        onKeyDown={onKeyDown}
        className="flex min-h-12 min-w-0 flex-1 items-center gap-2.5 rounded-lg py-2 pl-3 text-left"
      >
        <StepIcon type={step.type} actionType={step.action?.type ?? null} />
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-1.5">
            <span className="text-xs text-faint tabular-nums">{step.number}</span>
            <span className="truncate font-medium">{step.headline}</span>
          </span>
          {step.detail && <span className="block truncate text-xs text-muted">{step.detail}</span>}
        </span>
        {problems.length > 0 && (
          <span
            className={cn(
              "flex shrink-0 items-center gap-1 text-xs",
              problems.some((problem) => problem.severity === "blocker") ? "text-danger" : "text-warning",
            )}
          >
            <CircleAlert aria-hidden className="size-3.5" />
            <span className="sr-only">Problems: </span>
            {problems.length}
          </span>
        )}
      </button>
      {editable && (
        <DropdownMenu>
          <DropdownMenuTrigger asChild>
            <Button variant="ghost" size="icon-sm" aria-label={`Actions for step ${step.number}`}>
              <Ellipsis />
            </Button>
          </DropdownMenuTrigger>
          <DropdownMenuContent>
            <DropdownMenuItem disabled={!siblings.above} onSelect={() => nudge(siblings.above)}>
              <ArrowUp /> Move up
            </DropdownMenuItem>
            <DropdownMenuItem disabled={!siblings.below} onSelect={() => nudge(siblings.below)}>
              <ArrowDown /> Move down
            </DropdownMenuItem>
            <DropdownMenuItem onSelect={() => setAsking("move")}>
              <ArrowUpDown /> Move to…
            </DropdownMenuItem>
            <DropdownMenuItem danger onSelect={() => setAsking("delete")}>
              <Trash2 /> Delete
            </DropdownMenuItem>
          </DropdownMenuContent>
        </DropdownMenu>
      )}
      {asking === "move" && (
        <MoveStep
          step={step}
          campaign={campaign}
          onMove={(position) => void move(position)}
          onClose={() => setAsking(null)}
        />
      )}
      {typeof asking === "object" && asking !== null && (
        <ConfirmDialog
          open
          onOpenChange={(open) => !open && setAsking(null)}
          title={`Move step ${step.number}, ${step.title}?`}
          confirm="Move"
          onConfirm={() => move(asking)}
        >
          <MoveEffect step={step} campaign={campaign} />
        </ConfirmDialog>
      )}
      {asking === "delete" && (
        <RemoveStep
          step={step}
          campaign={campaign}
          onClose={() => setAsking(null)}
          onRemove={(keep) => {
            if (selected === step.id) onSelect(null);
            return edits.change((edit) => edits.calls.removeStep({ ...edit, stepId: step.id, keep }));
          }}
        />
      )}
    </div>
  );
}

function focusStep(step: Step | undefined) {
  if (step) document.getElementById(`step-${step.id}`)?.focus();
}
