import type { Drawing, Way } from "./drawing.tsx";
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

/**
 * The way whose middle lies nearest to a point, within reach of it: what is let go there moves onto it. Ways along which
 * the moving steps stand already are none, unless others stand between them and they would come together there.
 */
export function wayNear(
  point: { x: number; y: number },
  moving: ReadonlySet<string>,
  drawing: Drawing,
  layout: Layout,
): Way | null {
  const reach = 64;
  const inward = drawing.ways.filter(({ source, target }) => moving.has(target) && !moving.has(source));
  const together = new Set(inward.map(({ target }) => target)).size <= 1;
  const near = drawing.ways.flatMap((way) => {
    const middle = layout.ways.get(way.id)?.middle;
    const ends = [way.source, way.target].filter((id) => moving.has(id)).length;
    if (!middle || !way.position || ends > (together ? 0 : 1)) return [];
    const far = Math.hypot(middle.x - point.x, middle.y - point.y);
    return far <= reach ? [{ way, far }] : [];
  });
  return near.toSorted((a, b) => a.far - b.far)[0]?.way ?? null;
}
