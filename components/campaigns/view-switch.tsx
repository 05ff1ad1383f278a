"use client";
import { useMutation } from "@tanstack/react-query";
import { List, Workflow } from "lucide-react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { cn } from "#components/ui/cn";
import type { StepView } from "#server/campaigns/schema";

const views = [
  { view: "list", label: "List", Icon: List },
  { view: "canvas", label: "Canvas", Icon: Workflow },
] as const;

/** How the steps are shown; remembered for this person. */
export function ViewSwitch({ view, onChange }: { view: StepView; onChange: (view: StepView) => void }) {
  const trpc = useTRPC();
  const remember = useMutation(
    trpc.campaigns.chooseStepView.mutationOptions({
      onError: (error) => toast.error(asProblem(error)?.message),
    }),
  );
  return (
    <div role="group" aria-label="View" className="inline-flex gap-0.5 rounded-md border bg-sunken p-0.5">
      {views.map(({ view: each, label, Icon }) => (
        <button
          key={each}
          type="button"
          aria-pressed={view === each}
          onClick={() => {
            onChange(each);
            remember.mutate({ view: each });
          }}
          className={cn(
            "flex h-6.5 items-center gap-1.5 rounded-sm px-2.5 text-xs font-medium text-muted hover:text-ink max-sm:h-9",
            view === each && "bg-raised text-ink shadow-card",
          )}
        >
          <Icon aria-hidden className="size-3.5" />
          {label}
        </button>
      ))}
    </div>
  );
}
