"use client";
import { useConnection } from "@xyflow/react";
import { cn } from "#components/ui/cn";
import { wayOutOf } from "../link-targets.tsx";
import type { Campaign } from "../use-campaign-edits.tsx";
import { endId } from "./drawing.tsx";
import type { Linking } from "./use-linking.tsx";

/** What letting go of the way would do, where the pointer is now. */
export function LinkHint({ campaign, linking }: { campaign: Campaign; linking: Linking }) {
  const over = useConnection(({ toNode }) => toNode?.id ?? null);
  const why = over && linking.refused.get(over);
  const target = campaign.steps.find(({ id }) => id === over);
  const way = wayOutOf(linking.from, linking.edge);
  let words = `${way}: let go on the step that comes next.`;
  if (why) words = why;
  else if (target) words = `Let go: ${way} leads on to step ${target.number}, ${target.title}.`;
  else if (over === endId) words = `Let go: ${way} leads to the end.`;
  return (
    <p
      role="status"
      className={cn(
        "w-max max-w-[min(28rem,75vw)] rounded-lg border bg-raised px-3 py-1.5 text-xs shadow-menu",
        why ? "border-danger text-danger" : "text-muted",
      )}
    >
      {words}
    </p>
  );
}
