import { CircleAlert } from "lucide-react";
import { cn } from "#components/ui/cn";
import type { Campaign } from "./use-campaign-edits.tsx";

/** How many things are wrong with a step; nothing when all is well. */
export function StepProblems({ campaign, stepId }: { campaign: Campaign; stepId: string }) {
  const problems = campaign.problems.filter((problem) => problem.stepId === stepId);
  if (problems.length === 0) return null;
  return (
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
  );
}
