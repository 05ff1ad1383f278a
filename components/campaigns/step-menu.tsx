"use client";
import {
  ArrowDown,
  ArrowUp,
  ArrowUpDown,
  Copy,
  CopyPlus,
  CornerDownRight,
  Ellipsis,
  Trash2,
} from "lucide-react";
import { Button } from "#components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "#components/ui/dropdown-menu";
import { endsTheWay } from "./link-targets.tsx";
import type { Siblings } from "./siblings.tsx";
import type { Step } from "./use-campaign-edits.tsx";
import type { StepActs } from "./use-step-acts.tsx";

type Props = { step: Step; siblings: Siblings; acts: StepActs; className?: string };

export function StepMenu({ step, siblings, acts, className }: Props) {
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button
          variant="ghost"
          size="icon-sm"
          className={className}
          aria-label={`Actions for step ${step.number}`}
        >
          <Ellipsis />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent>
        <DropdownMenuItem disabled={!siblings.above} onSelect={() => acts.move([step], siblings.above)}>
          <ArrowUp /> Move up
        </DropdownMenuItem>
        <DropdownMenuItem disabled={!siblings.below} onSelect={() => acts.move([step], siblings.below)}>
          <ArrowDown /> Move down
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={() => acts.ask([step], "move")}>
          <ArrowUpDown /> Move to…
        </DropdownMenuItem>
        <DropdownMenuItem disabled={endsTheWay(step)} onSelect={() => acts.askLink(step)}>
          <CornerDownRight /> Leads on to…
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuItem onSelect={() => acts.duplicate(step)}>
          <CopyPlus /> Duplicate
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={() => acts.copy([step])}>
          <Copy /> Copy
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuItem danger onSelect={() => acts.ask([step], "delete")}>
          <Trash2 /> Delete
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
