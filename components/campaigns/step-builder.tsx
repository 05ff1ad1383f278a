"use client";
import { MousePointerClick } from "lucide-react";
import { useState, useSyncExternalStore } from "react";
import { EmptyState } from "#components/ui/empty-state";
import { stepsMayChange } from "#server/campaigns/schema";
import { SaveProblem } from "./save-state.tsx";
import { StepEditor } from "./step-editor.tsx";
import { StepFlow } from "./step-flow.tsx";
import { useCampaignEdits, type Campaign } from "./use-campaign-edits.tsx";

const wide = "(min-width: 64rem)";
const watch = (changed: () => void) => {
  const query = matchMedia(wide);
  query.addEventListener("change", changed);
  return () => query.removeEventListener("change", changed);
};

/** The flow beside the editor of the selected step; on small screens the editor opens below the step's card. */
export function StepBuilder({
  initial,
  firstStep,
  canWrite,
}: {
  initial: Campaign;
  firstStep: string | null;
  canWrite: boolean;
}) {
  const edits = useCampaignEdits(initial);
  const { campaign } = edits;
  const isWide = useSyncExternalStore(
    watch,
    () => matchMedia(wide).matches,
    () => true,
  );
  const [chosen, setChosen] = useState<string | null | undefined>(firstStep ?? undefined);
  // On a small screen an open editor would hide the flow, so it waits to be asked for.
  const selected = chosen === undefined && isWide ? (initial.steps[0]?.id ?? null) : (chosen ?? null);
  const step = campaign.steps.find((each) => each.id === selected);
  const editable = canWrite && stepsMayChange(campaign.status) && !campaign.archived;
  const whole = campaign.problems.filter((problem) => problem.stepId === null);
  const select = (stepId: string | null) => {
    void edits.flush();
    setChosen(stepId);
  };
  const editor = step && (
    <StepEditor
      key={step.id}
      step={step}
      campaign={campaign}
      edits={edits}
      canWrite={canWrite}
      onClose={() => select(null)}
    />
  );
  return (
    <>
      <SaveProblem edits={edits} />
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(20rem,26rem)_minmax(0,1fr)]">
        <div className="min-w-0">
          {whole.map((problem) => (
            <p key={problem.code} className="mb-2 text-danger">
              {problem.message}
            </p>
          ))}
          <StepFlow
            campaign={campaign}
            edits={edits}
            selected={selected}
            onSelect={select}
            editable={editable}
            inline={!isWide && editor ? <div className="mt-2">{editor}</div> : null}
          />
        </div>
        {isWide && (
          <div className="sticky top-4 min-w-0">
            {editor ?? (
              <EmptyState icon={MousePointerClick} title="No step selected">
                Choose a step on the left to edit it, or add one with the plus between two steps.
              </EmptyState>
            )}
          </div>
        )}
      </div>
    </>
  );
}
