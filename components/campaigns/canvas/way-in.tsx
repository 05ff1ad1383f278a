"use client";
import { Handle, Position } from "@xyflow/react";
import { useCanvas } from "./canvas-context.tsx";

/**
 * Where ways lead into a node. While one is drawn it lies over the whole of it, so that it can be let go anywhere; at all
 * other times the pointer does not meet it. The library draws the ways to the middle of its upper side.
 */
export function WayIn() {
  const { editable } = useCanvas();
  return (
    <Handle
      type="target"
      position={Position.Top}
      isConnectable={editable}
      isConnectableStart={false}
      className="!inset-0 !z-20 !size-full !transform-none !rounded-lg !border-0 !opacity-0"
    />
  );
}
