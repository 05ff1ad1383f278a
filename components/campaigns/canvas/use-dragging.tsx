"use client";
import { type Node, type NodeChange, type OnNodeDrag, useNodesState, useReactFlow } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useState } from "react";
import type { Campaign } from "../use-campaign-edits.tsx";
import type { StepActs } from "../use-step-acts.tsx";
import type { Drawing } from "./drawing.tsx";
import { nodesOf } from "./flow-parts.tsx";
import type { Layout, Point } from "./layout.tsx";
import { wayNear } from "./walk.tsx";

type Options = {
  campaign: Campaign;
  drawing: Drawing;
  layout: Layout;
  acts: StepActs;
  editable: boolean;
  picked: ReadonlySet<string>;
};

/**
 * The nodes, and what becomes of those that are dragged: a step goes alone, or with all that are picked if it is one of
 * them; let go on a way they move there, and anywhere else back to where they stood.
 */
export function useDragging({ campaign, drawing, layout, acts, editable, picked }: Options) {
  const flow = useReactFlow();
  const laid = useMemo(
    () => nodesOf(drawing, layout, { draggable: editable, picked }),
    [drawing, layout, editable, picked],
  );
  const [nodes, setNodes, onNodesChange] = useNodesState<Node>(laid);
  /** The way that it would move onto. */
  const [dropOn, setDropOn] = useState<string | null>(null);
  const settle = useCallback(
    () =>
      setNodes((before) => {
        const known = new Map(before.map((node) => [node.id, node]));
        // What the library has measured stays with the node, or its ways are gone until it has measured again.
        return laid.map((node) => ({ ...known.get(node.id), ...node }));
      }),
    [laid, setNodes],
  );
  useEffect(settle, [settle]);
  const under = (...[event, held, all]: Parameters<OnNodeDrag>) => {
    const moving = new Set(all.map(({ id }) => id));
    const near = (point: Point) => wayNear(point, moving, drawing, layout);
    const hand = "changedTouches" in event ? event.changedTouches[0] : event;
    const { width = 0, height = 0 } = held;
    // The hand says where, wherever it holds the step; who holds it at its rim may mean its middle.
    return (
      (hand && near(flow.screenToFlowPosition({ x: hand.clientX, y: hand.clientY })))
      ?? near({ x: held.position.x + width / 2, y: held.position.y + height / 2 })
    );
  };
  return {
    nodes,
    dropOn,
    handlers: {
      // Which ones are picked is known here, and the library follows.
      onNodesChange: (changes: NodeChange[]) =>
        onNodesChange(changes.filter(({ type }) => type !== "select")),
      onNodeDrag: (...drag: Parameters<OnNodeDrag>) => setDropOn(under(...drag)?.id ?? null),
      onNodeDragStop: (...drag: Parameters<OnNodeDrag>) => {
        const way = under(...drag);
        const [, , all] = drag;
        const moved = campaign.steps.filter(({ id }) => all.some((node) => node.id === id));
        setDropOn(null);
        settle();
        if (way?.position && moved.length > 0) acts.move(moved, way.position);
      },
    },
  };
}
