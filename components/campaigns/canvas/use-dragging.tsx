"use client";
import { type Node, type NodeChange, useNodesState } from "@xyflow/react";
import { useEffect, useState } from "react";
import type { Campaign } from "../use-campaign-edits.tsx";
import type { StepActs } from "../use-step-acts.tsx";
import type { Drawing } from "./drawing.tsx";
import { nodesOf } from "./flow-parts.tsx";
import type { Layout } from "./layout.tsx";
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
  const laid = () => nodesOf(drawing, layout, { draggable: editable, picked });
  const [nodes, setNodes, onNodesChange] = useNodesState<Node>(laid());
  /** The way that it would move onto. */
  const [dropOn, setDropOn] = useState<string | null>(null);
  useEffect(() => {
    // What the library has measured stays with the node.
    setNodes((before) => {
      const known = new Map(before.map((node) => [node.id, node]));
      return nodesOf(drawing, layout, { draggable: editable, picked }).map((node) => ({
        ...known.get(node.id),
        ...node,
      }));
    });
  }, [drawing, layout, editable, picked, setNodes]);
  const under = (held: Node, all: readonly Node[]) => {
    const { width = 0, height = 0 } = held;
    const centre = { x: held.position.x + width / 2, y: held.position.y + height / 2 };
    return wayNear(centre, new Set(all.map(({ id }) => id)), drawing, layout);
  };
  return {
    nodes,
    dropOn,
    handlers: {
      // Which ones are picked is known here, and the library follows.
      onNodesChange: (changes: NodeChange[]) =>
        onNodesChange(changes.filter(({ type }) => type !== "select")),
      onNodeDrag: (_: unknown, held: Node, all: Node[]) => setDropOn(under(held, all)?.id ?? null),
      onNodeDragStop: (_: unknown, held: Node, all: Node[]) => {
        const way = under(held, all);
        const moved = campaign.steps.filter(({ id }) => all.some((node) => node.id === id));
        setDropOn(null);
        setNodes(laid());
        if (way?.position && moved.length > 0) acts.move(moved, way.position);
      },
    },
  };
}
