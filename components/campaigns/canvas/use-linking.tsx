"use client";
import type { Connection, OnConnectEnd, OnConnectStart } from "@xyflow/react";
import { useMemo, useState } from "react";
import { toast } from "sonner";
import type { Edge } from "#server/campaigns/graph";
import { refusedTargets } from "../link-targets.tsx";
import type { Campaign, Step } from "../use-campaign-edits.tsx";
import type { StepActs } from "../use-step-acts.tsx";
import { endId } from "./drawing.tsx";

/** A way that is being drawn from the dot of a step, and the steps it may not lead to, each with the reason. */
export type Linking = { from: Step; edge: Edge; refused: ReadonlyMap<string, string> };

const edgeOf = (handle: string | null): Edge => (handle === "true" || handle === "false" ? handle : "next");

/** What becomes of a way that is drawn: it leads to the step, or the end, that it is let go on. */
export function useLinking(campaign: Campaign, acts: StepActs) {
  const [start, setStart] = useState<{ stepId: string; edge: Edge } | null>(null);
  const linking = useMemo((): Linking | null => {
    const from = campaign.steps.find(({ id }) => id === start?.stepId);
    return from && start
      ? { from, edge: start.edge, refused: refusedTargets(campaign.steps, from.id) }
      : null;
  }, [campaign, start]);
  const onConnectStart: OnConnectStart = (_, { nodeId, handleId }) =>
    setStart(nodeId ? { stepId: nodeId, edge: edgeOf(handleId) } : null);
  const onConnectEnd: OnConnectEnd = (_, { toNode }) => {
    const why = toNode && linking?.refused.get(toNode.id);
    if (why) toast.error(why);
    setStart(null);
  };
  return {
    linking,
    handlers: {
      onConnectStart,
      onConnectEnd,
      isValidConnection: ({ source, target }: Pick<Connection, "source" | "target">) =>
        !(linking?.refused ?? refusedTargets(campaign.steps, source)).has(target),
      onConnect: ({ source, sourceHandle, target }: Connection) =>
        acts.link(source, edgeOf(sourceHandle), target === endId ? null : target),
    },
  };
}
