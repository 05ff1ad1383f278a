"use client";
import { useReactFlow } from "@xyflow/react";
import { useEffect, useRef, type RefObject } from "react";
import { startId } from "./drawing.tsx";
import type { Layout } from "./layout.tsx";

/** Smaller than this, the words of a step can hardly be read. */
const readable = 0.7;
const margin = 16;
/** How long the drawing takes to glide to a step, in milliseconds. */
const glide = 160;

/** What of the drawing is in sight. */
export function useViewport(box: RefObject<HTMLElement | null>, layout: Layout) {
  const flow = useReactFlow();
  /** Where the drawing glides to at the moment. */
  const target = useRef({ x: 0, y: 0, until: 0 });

  // What stood in the middle stays there when the window, or the panel beside it, takes some of the width.
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let width = element.clientWidth;
    const watcher = new ResizeObserver(() => {
      const moved = element.clientWidth - width;
      width = element.clientWidth;
      if (moved === 0) return;
      const { x, y, zoom } = flow.getViewport();
      const { clientWidth, clientHeight } = element;
      // Halfway to a step the middle is nothing to keep: a panel that opens with a new step would leave it out of sight.
      if (performance.now() < target.current.until)
        void flow.setViewport({
          x: clientWidth / 2 - target.current.x * zoom,
          y: clientHeight / 2 - target.current.y * zoom,
          zoom,
        });
      else void flow.setViewport({ x: x + moved / 2, y, zoom });
    });
    watcher.observe(element);
    return () => watcher.disconnect();
  }, [box, flow]);

  /** The whole drawing if it can be read then, or its beginning. */
  function frame() {
    if (!box.current) return;
    const { clientWidth, clientHeight } = box.current;
    const fits = Math.min(clientWidth / layout.width, clientHeight / layout.height);
    const zoom = Math.min(1, Math.max(readable, fits));
    const start = layout.nodes.get(startId);
    // What is too wide is centred on the way in.
    const centre =
      layout.width * zoom <= clientWidth ? layout.width / 2 : (start?.x ?? 0) + (start?.width ?? 0) / 2;
    const spare = clientHeight - layout.height * zoom;
    // On a phone the tools stand above the way in, not beside it.
    const top = clientWidth < 480 ? 48 : 0;
    void flow.setViewport({
      x: clientWidth / 2 - centre * zoom,
      y: Math.max(top, Math.min(spare / 2, 40)),
      zoom,
    });
  }

  /** Brings a step, or the middle of a way, into sight that is not. */
  function reveal(id: string) {
    const way = layout.ways.get(id)?.middle;
    const part = layout.nodes.get(id) ?? (way && { ...way, width: 0, height: 0 });
    if (!part || !box.current) return;
    const { x, y, zoom } = flow.getViewport();
    const left = part.x * zoom + x;
    const top = part.y * zoom + y;
    const seen =
      left >= margin
      && top >= margin
      && left + part.width * zoom <= box.current.clientWidth - margin
      && top + part.height * zoom <= box.current.clientHeight - margin;
    if (seen) return;
    const duration = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : glide;
    const centre = { x: part.x + part.width / 2, y: part.y + part.height / 2 };
    target.current = { ...centre, until: performance.now() + 2 * duration };
    void flow.setCenter(centre.x, centre.y, { zoom, duration });
  }
  return { frame, reveal };
}
