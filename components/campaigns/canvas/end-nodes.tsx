"use client";
import { Handle, type Node, type NodeProps, Position, useConnection } from "@xyflow/react";
import { Flag, UsersRound } from "lucide-react";
import { cn } from "#components/ui/cn";
import { AddStep } from "../add-step.tsx";
import { useCanvas } from "./canvas-context.tsx";
import { endId, type Junction } from "./drawing.tsx";
import { WayIn } from "./way-in.tsx";

export type StartNodeType = Node<Record<string, never>, "start">;
export type EndNodeType = Node<{ junction: Junction | null }, "end">;

const pill =
  "flex h-full w-full items-center justify-center gap-1.5 rounded-full border border-dashed border-line-strong bg-sunken px-3 text-xs text-muted";

export function StartNode(_: NodeProps<StartNodeType>) {
  const { campaign } = useCanvas();
  return (
    <div className={pill}>
      <UsersRound aria-hidden className="size-3.5" />
      {campaign.type === "triggered" ? "Whomever a trigger brings" : "Everybody in the audience"}
      <Handle type="source" position={Position.Bottom} isConnectable={false} className="!opacity-0" />
    </div>
  );
}

export function EndNode({ data: { junction } }: NodeProps<EndNodeType>) {
  const { acts, adding, editable, linking, setAdding } = useCanvas();
  const over = useConnection(({ toNode }) => toNode?.id === endId);
  return (
    <div className={cn(pill, linking && "border-accent", linking && over && "bg-accent-soft text-ink")}>
      <WayIn />
      {junction && editable && (
        <span className="nodrag nopan absolute -top-3 left-1/2 z-10 -translate-x-1/2">
          <AddStep
            position={junction.position}
            place={junction.place}
            acts={acts}
            open={adding === "junction-end"}
            onOpenChange={(open) => setAdding(open ? "junction-end" : null)}
          />
        </span>
      )}
      <Flag aria-hidden className="size-3.5" />
      The end
    </div>
  );
}
