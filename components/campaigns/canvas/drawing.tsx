import type { Position } from "#server/campaigns/graph";
import type { Flow } from "#server/campaigns/flow";
import { endsTheWay } from "../link-targets.tsx";
import type { Step } from "../use-campaign-edits.tsx";

/** Where everybody comes in, and where every way that leads no further ends. */
export const startId = "start";
export const endId = "end";

/** One way from a step to the next. `position` is where a step put onto it goes; null for a way back, which takes none. */
export type Way = {
  id: string;
  source: string;
  target: string;
  branch: "true" | "false" | null;
  label: string | null;
  position: Position | null;
  /** For screen readers: "below step 2", "on the Yes branch of step 2". */
  place: string;
};

/** A place in front of something that several ways lead to. */
export type Junction = { at: string; position: Position; place: string };

/** What of a step its place in the drawing depends on. */
export type DrawnStep = Pick<
  Step,
  "id" | "number" | "action" | "actionType" | "next" | "whenTrue" | "whenFalse" | "branches" | "branchNames"
>;
type Drawn = { steps: readonly DrawnStep[]; flow: { main: Pick<Flow, "tail"> } };
export type Drawing = { steps: readonly DrawnStep[]; ways: Way[]; junctions: Junction[] };

/** A campaign's steps as nodes and ways; each way out that leads nowhere goes to the end. */
export function drawingOf(campaign: Drawn): Drawing {
  const { steps } = campaign;
  const known = new Set(steps.map(({ id }) => id));
  const to = (id: string | null) => (id !== null && known.has(id) ? id : endId);
  const ways: Way[] = [
    {
      id: "way-start",
      source: startId,
      target: steps[0]?.id ?? endId,
      branch: null,
      label: null,
      position: { kind: "start" },
      place: "at the start",
    },
  ];
  for (const step of steps.filter((each) => !endsTheWay(each))) ways.push(...waysOf(step, to));
  for (const { id, number, action } of steps) {
    if (action?.type !== "go_to_step" || !known.has(action.stepId)) continue;
    ways.push({
      id: `way-${id}-back`,
      source: id,
      target: action.stepId,
      branch: null,
      label: "Back",
      position: null,
      place: `back from step ${number}`,
    });
  }
  return { steps, ways, junctions: junctionsOf(campaign, ways) };
}

function waysOf(step: DrawnStep, to: (id: string | null) => string): Way[] {
  const way = (edge: "next" | "true" | "false", target: string | null): Way => {
    const name = edge === "next" ? null : step.branchNames[edge];
    return {
      id: `way-${step.id}-${edge}`,
      source: step.id,
      target: to(target),
      branch: edge === "next" ? null : edge,
      label: name,
      position: { kind: "edge", from: step.id, edge },
      place: name ? `on the ${name} branch of step ${step.number}` : `below step ${step.number}`,
    };
  };
  if (!step.branches) return [way("next", step.next)];
  return [way("true", step.whenTrue), way("false", step.whenFalse)];
}

function junctionsOf({ steps, flow }: Drawn, ways: readonly Way[]): Junction[] {
  const several = (id: string) => ways.filter((way) => way.target === id && way.position).length > 1;
  const found: Junction[] = steps
    .filter(({ id }) => several(id))
    .map((step) => ({
      at: step.id,
      position: { kind: "before", stepId: step.id },
      place: `above step ${step.number}, for all ways to it`,
    }));
  const { tail } = flow.main;
  if (tail.kind === "parted" && several(endId))
    found.push({ at: endId, position: tail.add, place: "after both branches" });
  return found;
}
