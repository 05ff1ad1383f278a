import { Graph, layout } from "@dagrejs/dagre";
import { type Drawing, endId, startId, type Way } from "./drawing.tsx";

export type Point = { x: number; y: number };
type Size = { width: number; height: number };

/** `x` and `y` are the upper left corner of a node. `bends` are the points of a way between its ends. */
export type Layout = {
  nodes: ReadonlyMap<string, Point & Size>;
  ways: ReadonlyMap<string, { bends: Point[]; middle: Point }>;
  width: number;
  height: number;
};

const step: Size = { width: 264, height: 66 };
/** With a line that says who stands there. */
const peopled: Size = { width: 264, height: 90 };
const ending: Size = { width: 132, height: 34 };
const starting: Size = { width: 236, height: 34 };

const branchName: Size = { width: 104, height: 26 };

/** A branch's name stands in the drawing like a step: so Yes can be held left of No. */
const nameOf = (way: Way) => `name of ${way.id}`;

/** From top to bottom, ways crossing as little as possible: the same drawing is always laid out alike. */
export function layOut(drawing: Drawing, { counts }: { counts: boolean }): Layout {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 36, ranksep: 26, edgesep: 24, marginx: 24, marginy: 24 });
  graph.setNode(startId, { ...starting });
  for (const { id } of drawing.steps) graph.setNode(id, { ...(counts ? peopled : step) });
  if (drawing.ways.some(({ target }) => target === endId)) graph.setNode(endId, { ...ending });
  // The library begins with what it is told last: with No told before Yes, Yes comes out on the left all the way down.
  const told = [...Map.groupBy(drawing.ways, ({ source }) => source).values()];
  for (const way of told.flatMap((ways) => ways.toReversed())) {
    if (!way.branch) {
      graph.setEdge(
        way.source,
        way.target,
        { width: way.label ? 64 : 28, height: 30, labelpos: "c" },
        way.id,
      );
      continue;
    }
    graph.setNode(nameOf(way), { ...branchName });
    // Close below its fork, so that both names stand at the same height, and one of them on the left.
    graph.setEdge(way.source, nameOf(way), { weight: 16 }, way.id);
    graph.setEdge(nameOf(way), way.target, {}, way.id);
  }
  layout(graph, { constraints: leftToRight(drawing) });
  const known = new Set([startId, endId, ...drawing.steps.map(({ id }) => id)]);
  const nodes = new Map<string, Point & Size>();
  for (const id of graph.nodes().filter((each) => known.has(each))) {
    const { x, y, width, height } = place(graph.node(id));
    nodes.set(id, { x: x - width / 2, y: y - height / 2, width, height });
  }
  const whole = graph.graph() as Partial<Size>;
  return {
    nodes,
    ways: new Map(drawing.ways.map((way) => [way.id, laidWay(graph, way)])),
    width: whole.width ?? 0,
    height: whole.height ?? 0,
  };
}

function leftToRight({ ways }: Drawing): { left: string; right: string }[] {
  return ways.flatMap((way) => {
    const other = ways.find(({ source, branch }) => source === way.source && branch === "false");
    return way.branch === "true" && other ? [{ left: nameOf(way), right: nameOf(other) }] : [];
  });
}

function laidWay(graph: Graph, way: Way): { bends: Point[]; middle: Point } {
  const inner = (from: string, to: string) =>
    (graph.edge(from, to, way.id) as { points?: Point[] }).points?.slice(1, -1) ?? [];
  if (!way.branch) {
    const { x, y } = place(graph.edge(way.source, way.target, way.id));
    return { bends: inner(way.source, way.target), middle: { x, y } };
  }
  const { x, y } = place(graph.node(nameOf(way)));
  const bends = [...inner(way.source, nameOf(way)), { x, y }, ...inner(nameOf(way), way.target)];
  return { bends, middle: { x, y } };
}

/** What the library has written down, `x` and `y` being the middle. */
function place(laid: unknown): Point & Size {
  const { x = 0, y = 0, width = 0, height = 0 } = laid as Partial<Point & Size>;
  return { x, y, width, height };
}

/** A smooth line through the points, upright at each of them. */
export function curveThrough(points: readonly Point[]): string {
  return points
    .map(({ x, y }, index) => {
      const before = points[index - 1];
      if (!before) return `M ${x} ${y}`;
      const half = (before.y + y) / 2;
      return `C ${before.x} ${half} ${x} ${half} ${x} ${y}`;
    })
    .join(" ");
}
