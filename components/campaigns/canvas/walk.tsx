import type { Drawing } from "./drawing.tsx";
import type { Layout } from "./layout.tsx";

export type Direction = "up" | "down" | "left" | "right";

/**
 * The step that an arrow key leads to: down and up follow the ways, left and right go to the neighbour at the same
 * height, or to the nearest one on that side. Null when there is none.
 */
export function stepTowards(
  from: string,
  direction: Direction,
  drawing: Drawing,
  layout: Layout,
): string | null {
  const isStep = (id: string | undefined) => drawing.steps.some((step) => step.id === id);
  if (direction === "down")
    return (
      drawing.ways.find((way) => way.source === from && way.position && isStep(way.target))?.target ?? null
    );
  if (direction === "up")
    return (
      drawing.ways.find((way) => way.target === from && way.position && isStep(way.source))?.source ?? null
    );
  const here = layout.nodes.get(from);
  if (!here) return null;
  const sign = direction === "right" ? 1 : -1;
  const aside = drawing.steps.flatMap(({ id }) => {
    const there = layout.nodes.get(id);
    const dx = there ? (there.x - here.x) * sign : 0;
    return there && dx > here.width / 2 ? [{ id, far: dx + 4 * Math.abs(there.y - here.y) }] : [];
  });
  return aside.toSorted((a, b) => a.far - b.far)[0]?.id ?? null;
}

/** The way whose middle lies nearest to a point, within reach of it; a step let go there moves onto it. */
export function wayNear(point: { x: number; y: number }, moving: string, drawing: Drawing, layout: Layout) {
  const reach = 64;
  const near = drawing.ways.flatMap((way) => {
    const middle = layout.ways.get(way.id)?.middle;
    // Its own ways lead where it stands already.
    if (!middle || !way.position || way.source === moving || way.target === moving) return [];
    const far = Math.hypot(middle.x - point.x, middle.y - point.y);
    return far <= reach ? [{ way, far }] : [];
  });
  return near.toSorted((a, b) => a.far - b.far)[0]?.way ?? null;
}
