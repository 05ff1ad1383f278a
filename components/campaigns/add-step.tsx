"use client";
import { ClipboardPaste, CornerDownRight, LogOut, Plus } from "lucide-react";
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
import type { StepActs } from "./use-step-acts.tsx";

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
  acts: StepActs;
  /** The end of a branch: offers to end there. */
  ending?: boolean;
  /** Steps the branch may go on with instead. */
  targets?: Step[];
  /** Words beside the plus. */
  label?: string | null;
  /** Where something else than the button can open it. */
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
};

export function AddStep({ position, place, acts, ending, targets = [], label, open, onOpenChange }: Props) {
  const { copied } = acts;
  return (
    <DropdownMenu {...(open !== undefined && { open })} {...(onOpenChange && { onOpenChange })}>
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
          <DropdownMenuItem key={type} onSelect={() => acts.add({ type, position })}>
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
            <DropdownMenuItem onSelect={() => acts.add({ type: "action", actionType: "exit", position })}>
              <LogOut /> End here
            </DropdownMenuItem>
          </>
        )}
        {copied && (
          <>
            <DropdownMenuSeparator />
            <DropdownMenuItem onSelect={() => acts.paste(position)}>
              <ClipboardPaste />
              <span className="min-w-0 truncate">Paste {copied.title}</span>
            </DropdownMenuItem>
          </>
        )}
        {targets.length > 0 && position.kind === "edge" && (
          <>
            <DropdownMenuSeparator />
            <DropdownMenuLabel>Go on with an existing step</DropdownMenuLabel>
            {targets.map((step) => (
              <DropdownMenuItem
                key={step.id}
                onSelect={() => acts.link(position.from, position.edge, step.id)}
              >
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
