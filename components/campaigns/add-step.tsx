"use client";
import { CornerDownRight, LogOut, Plus } from "lucide-react";
import { Button } from "#components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "#components/ui/dropdown-menu";
import type { Position } from "#server/campaigns/graph";
import { stepTypes, type StepType } from "#server/campaigns/schema";
import { StepIcon, stepLabel } from "./step-icon.tsx";
import type { Step } from "./use-campaign-edits.tsx";

export type Adding = { type: StepType; actionType?: "exit"; position: Position };

const hints: Record<StepType, string> = {
  email: "Send a message",
  wait: "Minutes to weeks",
  condition: "Two ways on, by what the contact did or is",
  action: "Add a tag, set a field, end",
};

type Props = {
  position: Position;
  /** Where, for screen readers: "above step 3". */
  place: string;
  onAdd: (adding: Adding) => void;
  /** The end of a branch: offers to end there. */
  ending?: boolean;
  /** Steps the branch may go on with instead. */
  targets?: Step[];
  onLink?: (stepId: string) => void;
  /** Words beside the plus. */
  label?: string | null;
};

export function AddStep({ position, place, onAdd, ending, targets = [], onLink, label }: Props) {
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button
          size={label ? "sm" : "icon-sm"}
          aria-label={`Add a step ${place}`}
          className={
            label
              ? "relative max-sm:h-9"
              : "relative size-5 rounded-full text-muted hover:text-ink max-sm:size-7"
          }
        >
          <Plus />
          {label}
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="start" className="w-72">
        {stepTypes.map((type) => (
          <DropdownMenuItem key={type} onSelect={() => onAdd({ type, position })}>
            <StepIcon type={type} />
            <span className="min-w-0">
              <span className="block font-medium">{stepLabel(type)}</span>
              <span className="block text-xs text-muted">{hints[type]}</span>
            </span>
          </DropdownMenuItem>
        ))}
        {ending && (
          <>
            <DropdownMenuSeparator />
            <DropdownMenuItem onSelect={() => onAdd({ type: "action", actionType: "exit", position })}>
              <LogOut /> End here
            </DropdownMenuItem>
          </>
        )}
        {targets.length > 0 && onLink && (
          <>
            <DropdownMenuSeparator />
            <DropdownMenuLabel>Go on with an existing step</DropdownMenuLabel>
            {targets.map((step) => (
              <DropdownMenuItem key={step.id} onSelect={() => onLink(step.id)}>
                <CornerDownRight />
                <span className="min-w-0 truncate">
                  {step.number}. {step.title}
                </span>
              </DropdownMenuItem>
            ))}
          </>
        )}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
