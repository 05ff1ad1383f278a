"use client";
import { useQuery } from "@tanstack/react-query";
import { ArrowUpDown, Minus, Pencil, Plus, type LucideIcon } from "lucide-react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Callout } from "#components/ui/callout";
import { cn } from "#components/ui/cn";
import { Skeleton } from "#components/ui/skeleton";
import type { RouterOutputs } from "#server/router";

type Change = RouterOutputs["campaigns"]["compareVersions"][number];

const kinds: Record<Change["kind"], { words: string; icon: LucideIcon; look: string }> = {
  added: { words: "Added", icon: Plus, look: "text-success" },
  removed: { words: "Removed", icon: Minus, look: "text-danger" },
  changed: { words: "Changed", icon: Pencil, look: "text-warning" },
  moved: { words: "Moved", icon: ArrowUpDown, look: "text-info" },
};

/** What was done since an earlier version of the steps, in words. */
export function VersionChanges({ campaignId, from, to }: { campaignId: string; from: number; to: number }) {
  const trpc = useTRPC();
  const { data, error } = useQuery(trpc.campaigns.compareVersions.queryOptions({ id: campaignId, from, to }));
  const problem = asProblem(error);
  if (problem)
    return (
      <Callout kind="danger" title="These versions could not be compared" className="w-full">
        {problem.message}
      </Callout>
    );
  if (!data) return <Skeleton className="h-16 w-full" />;
  return (
    <div className="w-full rounded-md border bg-sunken px-3 py-2">
      {data.length === 0 && <p className="text-muted">The steps are the same as now.</p>}
      <ul aria-label="Since then" className="space-y-1.5">
        {data.map(({ stepId, kind, title, details }) => {
          const { words, icon: Icon, look } = kinds[kind];
          return (
            <li key={`${stepId} ${kind}`} className="flex items-start gap-2">
              <Icon aria-hidden className={cn("mt-0.5 size-3.5 shrink-0", look)} />
              <div className="min-w-0">
                <p className="break-words">
                  {words} {title}
                </p>
                {details.map((detail) => (
                  <p key={detail} className="text-xs break-words text-muted">
                    {detail}
                  </p>
                ))}
              </div>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
