"use client";
import { Handle, type Node, type NodeProps, Position, useConnection } from "@xyflow/react";
import { UsersRound } from "lucide-react";
import { cn } from "#components/ui/cn";
import { AddStep } from "../add-step.tsx";
import { endsTheWay } from "../link-targets.tsx";
import { StepIcon, stepLabel } from "../step-icon.tsx";
import { StepMenu } from "../step-menu.tsx";
import { StepProblems } from "../step-problems.tsx";
import type { Step } from "../use-campaign-edits.tsx";
import { type Places, useCanvas } from "./canvas-context.tsx";
import type { Junction } from "./drawing.tsx";
import type { Linking } from "./use-linking.tsx";
import { WayIn } from "./way-in.tsx";

export type StepNodeType = Node<{ stepId: string; junction: Junction | null }, "step">;

/** Larger to the hand than to the eye. */
const dot =
  "!size-3 !rounded-full !border-2 !border-surface !bg-faint after:absolute after:-inset-2 hover:!bg-accent pointer-coarse:!size-4";

/** A step, whatever it does: its icon and words come from the step itself. */
export function StepNode({ data: { stepId, junction }, dragging }: NodeProps<StepNodeType>) {
  const canvas = useCanvas();
  const { campaign, acts, editable, selected, current, places, trail, siblings } = canvas;
  const over = useConnection(({ toNode }) => toNode?.id === stepId);
  const step = campaign.steps.find(({ id }) => id === stepId);
  if (!step) return null;
  const place = places?.[step.id];
  const chosen = selected === step.id;
  const isPicked = canvas.picked.has(step.id);
  return (
    <div
      className={cn(
        "group relative flex h-full w-full flex-col justify-center rounded-lg border bg-surface shadow-card transition-[border-color,opacity]",
        chosen ? "border-accent ring-1 ring-accent" : "border-line-strong hover:border-faint/70",
        trail?.has(step.id) && "border-accent bg-accent-soft",
        trail && !trail.has(step.id) && "opacity-60",
        isPicked && "border-accent bg-accent-soft ring-1 ring-accent",
        dragging && "opacity-80 shadow-menu",
        canvas.linking && linkingLook(canvas.linking, stepId, over),
      )}
    >
      <WayIn />
      {junction && editable && <AtJunction junction={junction} />}
      <div className="flex items-center gap-1 pr-1.5">
        <button
          type="button"
          id={`node-${step.id}`}
          tabIndex={current === step.id ? 0 : -1}
          aria-pressed={chosen}
          aria-describedby="canvas-keys"
          onFocus={() => canvas.onFocus(step.id)}
          onClick={(event) => {
            if (editable && (event.shiftKey || event.ctrlKey || event.metaKey)) canvas.onPick(step.id);
            else canvas.onOpen(step.id);
          }}
          onKeyDown={(event) => canvas.onKey(event, step)}
          className="flex min-h-12 min-w-0 flex-1 items-center gap-2.5 rounded-lg py-1.5 pl-3 text-left"
        >
          <StepIcon type={step.type} actionType={step.action?.type ?? null} />
          <span className="min-w-0 flex-1">
            <span className="sr-only">{`Step ${step.number} of ${campaign.steps.length}, ${stepLabel(step.type)}: `}</span>
            <span className="flex items-baseline gap-1.5">
              <span aria-hidden className="text-xs text-faint tabular-nums">
                {step.number}
              </span>
              <span className="truncate font-medium">{step.headline}</span>
            </span>
            {step.detail && <span className="block truncate text-xs text-muted">{step.detail}</span>}
            <span className="sr-only">{`. ${leadsTo(step, campaign.steps)}`}</span>
            {isPicked && <span className="sr-only">. Picked</span>}
            {place && <span className="sr-only">{`. ${countWords(place)}`}</span>}
          </span>
          <StepProblems campaign={campaign} stepId={step.id} />
        </button>
        {editable && (
          <StepMenu
            step={step}
            siblings={siblings.get(step.id) ?? { above: null, below: null }}
            acts={acts}
            className="nodrag"
          />
        )}
      </div>
      {place && <Counts place={place} />}
      <WaysOut step={step} />
    </div>
  );
}

/** Where the way that is drawn may be let go, and where not. */
function linkingLook({ from, refused }: Linking, stepId: string, over: boolean): string {
  if (stepId === from.id) return "border-accent";
  if (refused.has(stepId)) return over ? "border-danger ring-1 ring-danger" : "opacity-50";
  return over ? "border-accent bg-accent-soft ring-2 ring-accent" : "border-accent";
}

function AtJunction({ junction }: { junction: Junction }) {
  const { acts, adding, setAdding } = useCanvas();
  const id = `junction-${junction.at}`;
  return (
    <span className="nodrag nopan absolute -top-3 left-1/2 z-10 -translate-x-1/2">
      <AddStep
        position={junction.position}
        place={junction.place}
        acts={acts}
        open={adding === id}
        onOpenChange={(open) => setAdding(open ? id : null)}
      />
    </span>
  );
}

/** One way on leaves from the middle, two from either side; from here a way is drawn to another step. */
function WaysOut({ step }: { step: Step }) {
  const { acts, editable, linking } = useCanvas();
  const leads = editable && !endsTheWay(step);
  const seen = "opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100";
  const edges = step.branches ? (["true", "false"] as const) : (["next"] as const);
  return edges.map((edge) => (
    <Handle
      key={edge}
      id={edge}
      type="source"
      position={Position.Bottom}
      className={cn(dot, leads && !linking ? seen : "!opacity-0")}
      style={edge === "next" ? undefined : { left: edge === "true" ? "32%" : "68%" }}
      isConnectable={leads}
      isConnectableEnd={false}
      title={leads ? "Drag it onto the step that comes next, or click to choose" : undefined}
      onClick={() => leads && acts.askLink(step, edge)}
    />
  ));
}

function Counts({ place }: { place: Places[string] }) {
  return (
    <p
      aria-hidden
      className="mx-3 flex items-center gap-2 border-t pt-1 pb-0.5 text-xs text-muted tabular-nums"
    >
      <UsersRound className="size-3.5" />
      <span className={place.here > 0 ? "font-medium text-ink" : ""}>
        {place.here.toLocaleString("en")} here
      </span>
      <span className="ml-auto">{place.passed.toLocaleString("en")} passed</span>
    </p>
  );
}

const countWords = ({ here, passed }: Places[string]) => `${here} stand here, ${passed} have passed`;

function leadsTo(step: Step, steps: readonly Step[]): string {
  const name = (id: string | null) => {
    const to = steps.find((each) => each.id === id);
    return to ? `step ${to.number}` : "the end";
  };
  if (!step.branches) return `Leads to ${name(step.next)}`;
  const { branchNames, whenTrue, whenFalse } = step;
  return `${branchNames.true} leads to ${name(whenTrue)}, ${branchNames.false} to ${name(whenFalse)}`;
}
