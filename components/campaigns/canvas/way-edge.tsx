"use client";
import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps } from "@xyflow/react";
import { cn } from "#components/ui/cn";
import { AddStep } from "../add-step.tsx";
import { linkTargets } from "../link-targets.tsx";
import { useCanvas } from "./canvas-context.tsx";
import type { Way } from "./drawing.tsx";
import { curveThrough, type Point } from "./layout.tsx";

export type WayEdgeType = Edge<{ way: Way; bends: Point[]; middle: Point }, "way">;

/** A way between two steps, with the branch's name and the plus that puts a step onto it. */
export function WayEdge({ sourceX, sourceY, targetX, targetY, data }: EdgeProps<WayEdgeType>) {
  const { campaign, acts, adding, dropOn, editable, onReveal, places, setAdding, trail } = useCanvas();
  if (!data) return null;
  const { way, bends, middle } = data;
  // The dot reaches out below its step: the line begins behind that, or it would hang in the air.
  const path = curveThrough([{ x: sourceX, y: sourceY - 8 }, ...bends, { x: targetX, y: targetY }]);
  const walked = trail?.has(way.source) && trail.has(way.target);
  const took = way.branch && places?.[way.source]?.took;
  const count = took ? (way.branch === "true" ? took.yes : took.no) : null;
  return (
    <>
      <BaseEdge
        path={path}
        interactionWidth={0}
        style={{
          stroke: walked || dropOn === way.id ? "var(--accent)" : "var(--line-strong)",
          strokeDasharray: way.position ? undefined : "4 4",
          strokeWidth: walked || dropOn === way.id ? 2 : 1.5,
        }}
      />
      <EdgeLabelRenderer>
        <div
          className="nodrag nopan pointer-events-auto absolute flex items-center gap-1"
          onFocus={() => onReveal(way.id)}
          style={{ transform: `translate(-50%, -50%) translate(${middle.x}px, ${middle.y}px)` }}
        >
          {way.label && (
            <span
              className={cn(
                "max-w-32 truncate rounded-full border bg-surface px-2 py-0.5 text-xs font-medium",
                way.branch === "true" ? "border-success/50 text-success" : "border-line-strong text-muted",
              )}
            >
              {way.label}
              {count !== null && ` · ${count.toLocaleString("en")}`}
            </span>
          )}
          {editable && way.position && (
            <span className={cn("rounded-full", dropOn === way.id && "ring-4 ring-accent")}>
              <AddStep
                position={way.position}
                place={way.place}
                acts={acts}
                ending={way.branch !== null}
                targets={way.position.kind === "edge" ? linkTargets(campaign.steps, way.position.from) : []}
                open={adding === way.id}
                onOpenChange={(open) => setAdding(open ? way.id : null)}
              />
            </span>
          )}
        </div>
      </EdgeLabelRenderer>
    </>
  );
}
