"use client";
import { CornerDownRight } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "#components/ui/cn";
import type { Flow, Tail } from "#server/campaigns/flow";
import { AddStep } from "./add-step.tsx";
import { linkTargets } from "./link-targets.tsx";
import { siblingsAt } from "./siblings.tsx";
import { StepCard } from "./step-card.tsx";
import type { Campaign, Step } from "./use-campaign-edits.tsx";
import type { StepActs } from "./use-step-acts.tsx";

export type FlowProps = {
  campaign: Campaign;
  acts: StepActs;
  selected: string | null;
  onSelect: (stepId: string | null) => void;
  /** Steps may be added, moved and deleted. */
  editable: boolean;
  /** What opens below the selected card on small screens. */
  inline: ReactNode;
};

/** The whole campaign from top to bottom; a condition's branches stand indented below it. */
export function StepFlow(props: FlowProps) {
  const { campaign } = props;
  return (
    <div>
      <FlowList {...props} flow={campaign.flow.main} label="Steps" />
      {campaign.flow.strays.length > 0 && (
        <section aria-label="Steps that nothing leads to" className="mt-8">
          <h3 className="mb-2 text-xs font-medium text-danger">Not connected: nothing leads here</h3>
          {campaign.flow.strays.map((stray) => (
            <FlowList key={stray.nodes[0]?.stepId} {...props} flow={stray} label="Not connected" />
          ))}
        </section>
      )}
    </div>
  );
}

function FlowList({ flow, label, ...props }: FlowProps & { flow: Flow; label: string }) {
  const { campaign, acts } = props;
  return (
    <ol aria-label={label} className="flex flex-col">
      {flow.nodes.map((node, index) => {
        const step = campaign.steps.find((each) => each.id === node.stepId);
        if (!step) return null;
        return (
          <li key={node.stepId}>
            <Joint first={index === 0 && label === "Steps"}>
              {props.editable && (
                <AddStep position={node.add} place={`above step ${step.number}`} acts={acts} />
              )}
            </Joint>
            <StepCard step={step} siblings={siblingsAt(flow, index)} {...props} />
            {props.selected === step.id && props.inline}
            {node.branches && (
              <div className="mt-2 flex flex-col gap-3 pl-3 sm:pl-6">
                <Branch edge="true" step={step}>
                  <FlowList
                    {...props}
                    flow={node.branches.true}
                    label={`${step.branchNames.true} branch of step ${step.number}`}
                  />
                </Branch>
                <Branch edge="false" step={step}>
                  <FlowList
                    {...props}
                    flow={node.branches.false}
                    label={`${step.branchNames.false} branch of step ${step.number}`}
                  />
                </Branch>
              </div>
            )}
          </li>
        );
      })}
      <li>
        <FlowTail tail={flow.tail} empty={flow.nodes.length === 0} branch={label !== "Steps"} {...props} />
      </li>
    </ol>
  );
}

function Joint({ first, tall, children }: { first?: boolean; tall?: boolean; children?: ReactNode }) {
  return (
    <div className={cn("relative flex h-7 items-center pl-4", tall && "h-11")}>
      {!first && (
        <span
          aria-hidden
          className={cn(
            "absolute top-0 left-[1.625rem] w-px -translate-x-1/2 bg-line-strong",
            tall ? "h-2" : "h-full",
          )}
        />
      )}
      {children}
    </div>
  );
}

function Branch({ edge, step, children }: { edge: "true" | "false"; step: Step; children: ReactNode }) {
  const name = step.branchNames[edge];
  return (
    <section
      aria-label={`${name} branch of step ${step.number}`}
      className={cn("border-l-2 pl-3 sm:pl-4", edge === "true" ? "border-success/50" : "border-line-strong")}
    >
      <h4 className={cn("text-xs font-medium", edge === "true" ? "text-success" : "text-muted")}>{name}</h4>
      {children}
    </section>
  );
}

type TailProps = FlowProps & { tail: Tail; empty: boolean; branch: boolean };

function FlowTail({ tail, empty, branch, campaign, acts, editable, onSelect }: TailProps) {
  if (tail.kind === "exit") return null;
  const target = tail.kind === "joins" ? campaign.steps.find((step) => step.id === tail.stepId) : null;
  const labelled = empty || tail.kind !== "joins";
  return (
    <div>
      <Joint
        tall={editable && labelled}
        first={tail.kind === "parted" || (!editable && tail.kind === "open")}
      >
        {editable && (
          <AddStep
            position={tail.add}
            place={tail.kind === "parted" ? "after both branches" : "at the end"}
            acts={acts}
            ending={branch && tail.add.kind === "edge"}
            targets={tail.add.kind === "edge" ? linkTargets(campaign.steps, tail.add.from) : []}
            label={
              labelled ? (tail.kind === "parted" ? "Add a step after both branches" : "Add a step") : null
            }
          />
        )}
      </Joint>
      {target && (
        <button
          type="button"
          onClick={() => onSelect(target.id)}
          className="mb-1 flex items-center gap-1.5 rounded-sm text-left text-xs text-muted hover:text-ink"
        >
          <CornerDownRight aria-hidden className="size-3.5 shrink-0" />
          {empty ? "Nothing here: goes on" : "Goes on"} with step {target.number}, {target.title}
        </button>
      )}
      {tail.kind === "open" && !empty && !branch && (
        <p className="pl-1 text-xs text-muted">The campaign ends here for everybody who comes this far.</p>
      )}
    </div>
  );
}
