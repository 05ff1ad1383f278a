"use client";
import { CornerDownRight } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "#components/ui/cn";
import type { Flow, Tail } from "#server/campaigns/flow";
import type { Position } from "#server/campaigns/graph";
import { AddStep, type Adding } from "./add-step.tsx";
import { StepCard, type Siblings } from "./step-card.tsx";
import type { Campaign, CampaignEdits, Step } from "./use-campaign-edits.tsx";

export type FlowProps = {
  campaign: Campaign;
  edits: CampaignEdits;
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
  const { campaign } = props;
  const add = useAdding(props);
  return (
    <ol aria-label={label} className="flex flex-col">
      {flow.nodes.map((node, index) => {
        const step = campaign.steps.find((each) => each.id === node.stepId);
        if (!step) return null;
        const siblings: Siblings = {
          above: flow.nodes[index - 1]?.add ?? null,
          below: flow.nodes[index + 1]
            ? (flow.nodes[index + 2]?.add ?? (flow.tail.kind === "exit" ? null : flow.tail.add))
            : null,
        };
        return (
          <li key={node.stepId}>
            <Joint first={index === 0 && label === "Steps"}>
              {props.editable && (
                <AddStep position={node.add} place={`above step ${step.number}`} onAdd={add} />
              )}
            </Joint>
            <StepCard step={step} siblings={siblings} {...props} />
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
        <FlowTail
          tail={flow.tail}
          empty={flow.nodes.length === 0}
          branch={label !== "Steps"}
          onAdd={add}
          {...props}
        />
      </li>
    </ol>
  );
}

function useAdding({ edits, onSelect, campaign }: FlowProps): (adding: Adding) => void {
  return (adding) => {
    const known = new Set(campaign.steps.map((step) => step.id));
    void edits
      .change((edit) => edits.calls.addStep({ ...edit, ...adding }))
      .then((next) => onSelect(next?.steps.find((step) => !known.has(step.id))?.id ?? null));
  };
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

type TailProps = FlowProps & { tail: Tail; empty: boolean; branch: boolean; onAdd: (adding: Adding) => void };

function FlowTail({ tail, empty, branch, onAdd, campaign, edits, editable, onSelect }: TailProps) {
  if (tail.kind === "exit") return null;
  const target = tail.kind === "joins" ? campaign.steps.find((step) => step.id === tail.stepId) : null;
  const labelled = empty || tail.kind !== "joins";
  const link = (to: string | null) => {
    if (tail.add.kind !== "edge") return;
    const { from, edge } = tail.add;
    void edits.change((edit) => edits.calls.linkStep({ ...edit, stepId: from, edge, to }));
  };
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
            onAdd={onAdd}
            ending={branch && tail.add.kind === "edge"}
            targets={tail.add.kind === "edge" ? linkTargets(campaign, tail.add) : []}
            onLink={link}
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

/** Steps an edge may lead on to: none of those that lead to it, or contacts would go round in circles. */
function linkTargets(campaign: Campaign, { from }: Extract<Position, { kind: "edge" }>): Step[] {
  const before = new Set([from]);
  for (let grown = true; grown;) {
    grown = false;
    for (const step of campaign.steps) {
      const leads = [step.next, step.whenTrue, step.whenFalse].some((to) => to !== null && before.has(to));
      if (leads && !before.has(step.id)) {
        before.add(step.id);
        grown = true;
      }
    }
  }
  return campaign.steps.filter((step) => !before.has(step.id));
}
