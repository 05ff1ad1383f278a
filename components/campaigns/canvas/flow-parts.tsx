import type { Node } from "@xyflow/react";
import { type Drawing, endId, startId } from "./drawing.tsx";
import type { Layout } from "./layout.tsx";
import type { WayEdgeType } from "./way-edge.tsx";

/** The drawing in the library's words. A node may be dragged, with all that are picked, and goes back to its place when let go. */
export function nodesOf(
  drawing: Drawing,
  layout: Layout,
  { draggable, picked }: { draggable: boolean; picked: ReadonlySet<string> },
): Node[] {
  const at = (id: string) => drawing.junctions.find((each) => each.at === id) ?? null;
  const node = (id: string, rest: Pick<Node, "type" | "data" | "draggable" | "selected">): Node[] => {
    const place = layout.nodes.get(id);
    if (!place) return [];
    const { x, y, width, height } = place;
    return [{ id, position: { x, y }, width, height, ...rest }];
  };
  return [
    ...node(startId, { type: "start", data: {}, draggable: false }),
    ...drawing.steps.flatMap(({ id }) =>
      node(id, {
        type: "step",
        data: { stepId: id, junction: at(id) },
        draggable,
        selected: picked.has(id),
      }),
    ),
    ...node(endId, { type: "end", data: { junction: at(endId) }, draggable: false }),
  ];
}

export function edgesOf(drawing: Drawing, layout: Layout): WayEdgeType[] {
  return drawing.ways.flatMap((way) => {
    const laid = layout.ways.get(way.id);
    if (!laid) return [];
    const sourceHandle = way.source === startId ? null : (way.branch ?? "next");
    return [
      {
        id: way.id,
        type: "way",
        source: way.source,
        sourceHandle,
        target: way.target,
        data: { way, ...laid },
      },
    ];
  });
}
