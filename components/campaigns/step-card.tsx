"use client";
import type { KeyboardEvent } from "react";
import { cn } from "#components/ui/cn";
import type { Siblings } from "./siblings.tsx";
import type { FlowProps } from "./step-flow.tsx";
import { StepIcon } from "./step-icon.tsx";
import { StepMenu } from "./step-menu.tsx";
import { StepProblems } from "./step-problems.tsx";
import type { Step } from "./use-campaign-edits.tsx";

type Props = FlowProps & { step: Step; siblings: Siblings };

export function StepCard({ step, siblings, campaign, acts, selected, onSelect, editable }: Props) {
  const onKeyDown = (event: KeyboardEvent) => {
    const up = event.key === "ArrowUp";
    if (up || event.key === "ArrowDown") {
      event.preventDefault();
      if (!event.altKey) focusStep(campaign.steps[step.number - 1 + (up ? -1 : 1)]);
      else if (editable) acts.move([step], up ? siblings.above : siblings.below);
    } else if (event.key === "Delete" && editable) acts.ask([step], "delete");
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
        <StepProblems campaign={campaign} stepId={step.id} />
      </button>
      {editable && <StepMenu step={step} siblings={siblings} acts={acts} />}
    </div>
  );
}

function focusStep(step: Step | undefined) {
  if (step) document.getElementById(`step-${step.id}`)?.focus();
}
