"use client";
import { useQuery } from "@tanstack/react-query";
import { MousePointerClick } from "lucide-react";
import dynamic from "next/dynamic";
import { useState, useSyncExternalStore } from "react";
import { useTRPC } from "#components/trpc/client";
import { EmptyState } from "#components/ui/empty-state";
import { leaving } from "#components/ui/leave-guard";
import { Sheet, SheetContent } from "#components/ui/sheet";
import { Skeleton } from "#components/ui/skeleton";
import { isLaunched, stepsMayChange, type StepView } from "#server/campaigns/schema";
import { SaveProblem } from "./save-state.tsx";
import { StepFlow } from "./step-flow.tsx";
import { StepPanel } from "./step-panel.tsx";
import { StepToolbar } from "./step-toolbar.tsx";
import { useCampaignEdits, type Campaign } from "./use-campaign-edits.tsx";
import { useStepActs } from "./use-step-acts.tsx";

const FlowCanvas = dynamic(() => import("./canvas/flow-canvas.tsx").then((loaded) => loaded.FlowCanvas), {
  ssr: false,
  loading: () => <Skeleton className="h-full w-full" />,
});

const wide = "(min-width: 64rem)";
const watch = (changed: () => void) => {
  const query = matchMedia(wide);
  query.addEventListener("change", changed);
  return () => query.removeEventListener("change", changed);
};

export type BuilderProps = {
  workspace: string;
  initial: Campaign;
  firstStep: string | null;
  firstView: StepView;
  canWrite: boolean;
  canLaunch: boolean;
  timeZone: string;
};

/** The steps, as a list or as a drawing, beside the editor of the selected one. */
export function StepBuilder({ initial, firstStep, firstView, ...rest }: BuilderProps) {
  const edits = useCampaignEdits(initial);
  const { campaign } = edits;
  const isWide = useSyncExternalStore(
    watch,
    () => matchMedia(wide).matches,
    () => true,
  );
  const [view, setView] = useState(firstView);
  const [chosen, setChosen] = useState<string | null | undefined>(firstStep ?? undefined);
  // On a small screen, and on the canvas, an open editor would hide the steps: it waits to be asked for.
  const open = isWide && view === "list" ? (initial.steps[0]?.id ?? null) : null;
  const selected = chosen === undefined ? open : chosen;
  const step = campaign.steps.find((each) => each.id === selected);
  const editable = rest.canWrite && stepsMayChange(campaign.status) && !campaign.archived;
  const select = (stepId: string | null) =>
    leaving(() => {
      void edits.flush();
      setChosen(stepId);
    });
  const { acts, dialogs } = useStepActs({ edits, onSelect: select });
  const places = usePlaces(campaign);
  const back = () => {
    select(null);
    const shown = document.getElementById(`${view === "list" ? "step" : "node"}-${step?.id}`);
    shown?.focus({ preventScroll: true });
  };
  const panel = step && (
    <StepPanel
      key={`${step.id}:${edits.generation}`}
      {...rest}
      step={step}
      here={places?.[step.id]?.here ?? campaign.here[step.id] ?? null}
      peopleFirst={view === "canvas"}
      edits={edits}
      onClose={back}
    />
  );
  return (
    <>
      <SaveProblem edits={edits} />
      <StepToolbar
        edits={edits}
        view={view}
        onView={(next) => leaving(() => setView(next))}
        editable={editable}
        stepOpen={step !== undefined}
        timeZone={rest.timeZone}
      />
      {campaign.problems
        .filter((problem) => problem.stepId === null)
        .map((problem) => (
          <p key={problem.code} className="mb-2 text-danger">
            {problem.message}
          </p>
        ))}
      {view === "list" ? (
        <div className="grid items-start gap-6 lg:grid-cols-[minmax(20rem,26rem)_minmax(0,1fr)]">
          <div className="min-w-0">
            <StepFlow
              campaign={campaign}
              acts={acts}
              selected={selected}
              onSelect={select}
              editable={editable}
              inline={!isWide && panel ? <div className="mt-2">{panel}</div> : null}
            />
          </div>
          {isWide && (
            <div className="sticky top-4 min-w-0">
              {panel ?? (
                <EmptyState icon={MousePointerClick} title="No step selected">
                  Choose a step on the left to edit it, or add one with the plus between two steps.
                </EmptyState>
              )}
            </div>
          )}
        </div>
      ) : (
        <div className="flex items-start gap-5">
          <div className="sticky top-4 h-[max(26rem,calc(100dvh-17rem))] min-w-0 flex-1">
            <FlowCanvas
              campaign={campaign}
              acts={acts}
              selected={selected}
              onSelect={select}
              onEnter={enterPanel}
              editable={editable}
              places={places}
            />
          </div>
          {isWide && panel && <div className="w-[26rem] shrink-0">{panel}</div>}
          {!isWide && step && (
            <Sheet open onOpenChange={(shown) => !shown && back()}>
              <SheetContent title={`Step ${step.number}`} hideTitle>
                <div className="p-3">{panel}</div>
              </SheetContent>
            </Sheet>
          )}
        </div>
      )}
      {dialogs}
      <p aria-live="polite" className="sr-only">
        {acts.said}
      </p>
    </>
  );
}

/** The panel is there once the step is selected. */
function enterPanel() {
  requestAnimationFrame(() => document.getElementById("step-panel")?.focus());
}

/** Where everybody stands, of a launched campaign; followed while it runs. */
function usePlaces(campaign: Campaign) {
  const trpc = useTRPC();
  const places = useQuery(
    trpc.enrollments.places.queryOptions(
      { campaignId: campaign.id },
      {
        enabled: isLaunched(campaign.status),
        refetchInterval: campaign.status === "active" ? 4_000 : false,
      },
    ),
  );
  return places.data?.value ?? null;
}
