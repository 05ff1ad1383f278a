"use client";
import "@xyflow/react/dist/base.css";
import { Background, MiniMap, Panel, ReactFlow, ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { useEffect, useMemo, useRef, useState, type CSSProperties } from "react";
import { cn } from "#components/ui/cn";
import { siblingsIn } from "../siblings.tsx";
import type { Campaign } from "../use-campaign-edits.tsx";
import type { StepActs } from "../use-step-acts.tsx";
import { CanvasProvider, type Places } from "./canvas-context.tsx";
import { CanvasTools } from "./canvas-tools.tsx";
import { drawingOf } from "./drawing.tsx";
import { EndNode, StartNode } from "./end-nodes.tsx";
import { PickedBar, usePicked } from "./picked-bar.tsx";
import { edgesOf } from "./flow-parts.tsx";
import { LinkHint } from "./link-hint.tsx";
import { layOut } from "./layout.tsx";
import { StepNode } from "./step-node.tsx";
import { canvasKeys } from "./use-canvas-keys.tsx";
import { useDragging } from "./use-dragging.tsx";
import { useLinking } from "./use-linking.tsx";
import { useViewport } from "./use-viewport.tsx";
import { WayEdge } from "./way-edge.tsx";

const nodeTypes = { step: StepNode, start: StartNode, end: EndNode };
const edgeTypes = { way: WayEdge };

/** The library draws in our colours, in both themes. */
const colours: CSSProperties & Record<`--${string}`, string> = {
  "--xy-background-color": "var(--sunken)",
  "--xy-background-pattern-color": "var(--line-strong)",
  "--xy-minimap-background-color": "var(--surface)",
  "--xy-minimap-mask-background-color": "color-mix(in oklch, var(--sunken) 70%, transparent)",
  "--xy-minimap-node-background-color": "var(--line-strong)",
  "--xy-connectionline-stroke": "var(--accent)",
  "--xy-attribution-background-color": "transparent",
};

export type CanvasProps = {
  campaign: Campaign;
  acts: StepActs;
  selected: string | null;
  onSelect: (stepId: string) => void;
  /** The person wants to write in the step that was opened. */
  onEnter: () => void;
  /** Steps may be added, moved and deleted. */
  editable: boolean;
  places: Places | null;
  trail?: ReadonlySet<string> | null;
  className?: string;
};

/** The campaign as a drawing, laid out by itself. Everything on it can be done by mouse and by keyboard. */
export function FlowCanvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

function Canvas({
  campaign,
  acts,
  selected,
  onSelect,
  onEnter,
  editable,
  places,
  trail = null,
  className,
}: CanvasProps) {
  const drawing = useMemo(() => drawingOf(campaign), [campaign]);
  const counts = places !== null;
  const layout = useMemo(() => layOut(drawing, { counts }), [drawing, counts]);
  const siblings = useMemo(() => siblingsIn(campaign.flow.main), [campaign]);
  const box = useRef<HTMLDivElement>(null);
  const flow = useReactFlow();
  const { frame, reveal } = useViewport(box, layout);
  const [focused, setFocused] = useState<string | null>(null);
  const [adding, setAdding] = useState<string | null>(null);
  const { picked, pick, unpick } = usePicked(campaign);
  const pickedSteps = campaign.steps.filter(({ id }) => picked.has(id));
  const { linking, handlers: linkHandlers } = useLinking(campaign, acts);
  const { nodes, dropOn, handlers } = useDragging({ campaign, drawing, layout, acts, editable, picked });
  // A new step is selected: it is to be seen, with the plus below it.
  const look = useRef(reveal);
  useEffect(() => {
    look.current = reveal;
  });
  useEffect(() => {
    if (selected) look.current(selected);
  }, [selected, layout]);
  const present = (id: string | null) => campaign.steps.some((step) => step.id === id);
  const current = [focused, selected].find((id) => present(id)) ?? campaign.steps[0]?.id ?? null;

  const onKey = canvasKeys({
    drawing,
    layout,
    acts,
    editable,
    siblings,
    picked,
    onPick: pick,
    onUnpick: unpick,
    meant: (step) => (pickedSteps.length > 0 ? pickedSteps : [step]),
    onOpen: onSelect,
    onEnter,
    setAdding,
    zoom: { in: () => void flow.zoomIn(), out: () => void flow.zoomOut(), fit: frame },
  });

  return (
    <CanvasProvider
      value={{
        campaign,
        acts,
        editable,
        selected,
        picked,
        onPick: pick,
        current,
        siblings,
        places,
        trail,
        dropOn,
        linking,
        adding,
        setAdding,
        onReveal: reveal,
        onFocus: (id) => {
          setFocused(id);
          reveal(id);
        },
        onOpen: onSelect,
        onKey,
      }}
    >
      <section
        ref={box}
        aria-label="Canvas"
        className={cn(
          "relative h-full overflow-hidden rounded-lg border [&_.react-flow\\_\\_attribution_a]:text-muted",
          className,
        )}
      >
        <p id="canvas-keys" className="sr-only">
          Arrow keys go along the ways, Enter opens the step
          {editable && ", A adds one behind it, X picks it, Delete deletes it, or all that are picked"}.
        </p>
        <ReactFlow
          nodes={nodes}
          edges={edgesOf(drawing, layout)}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          {...handlers}
          {...linkHandlers}
          onInit={frame}
          // Only what lies under the pointer: nearness takes the dot of a step for its way in.
          connectionRadius={0}
          connectOnClick={false}
          nodesDraggable={editable}
          nodesConnectable={editable}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          disableKeyboardA11y
          deleteKeyCode={null}
          selectionKeyCode={null}
          nodeDragThreshold={4}
          panOnScroll
          zoomOnDoubleClick={false}
          minZoom={0.25}
          maxZoom={1.5}
          attributionPosition="bottom-left"
          style={colours}
        >
          <Background gap={20} />
          {/* A way that is only followed is seen in a narrow frame, which it would cover. */}
          {trail === null && campaign.steps.length > 5 && (
            <MiniMap
              pannable
              className="!m-3 rounded-md border max-sm:!hidden"
              ariaLabel="The whole campaign, small"
            />
          )}
          <Panel position="top-right">
            <CanvasTools onFit={frame} />
          </Panel>
          {linking && (
            <Panel position="bottom-center">
              <LinkHint campaign={campaign} linking={linking} />
            </Panel>
          )}
          {pickedSteps.length > 0 && !linking && (
            <Panel position="bottom-center">
              <PickedBar steps={pickedSteps} acts={acts} onClear={unpick} />
            </Panel>
          )}
        </ReactFlow>
      </section>
    </CanvasProvider>
  );
}
