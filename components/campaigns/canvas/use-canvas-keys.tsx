"use client";
import type { KeyboardEvent } from "react";
import type { Position } from "#server/campaigns/graph";
import type { Siblings } from "../siblings.tsx";
import type { Step } from "../use-campaign-edits.tsx";
import { behind, type StepActs } from "../use-step-acts.tsx";
import type { Drawing } from "./drawing.tsx";
import type { Layout } from "./layout.tsx";
import { type Direction, stepTowards } from "./walk.tsx";

const directions: Record<string, Direction> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};

type Options = {
  drawing: Drawing;
  layout: Layout;
  acts: StepActs;
  editable: boolean;
  siblings: ReadonlyMap<string, Siblings>;
  picked: ReadonlySet<string>;
  /** What an act on this step is done to: all that are picked, or the step alone. */
  meant: (step: Step) => Step[];
  onPick: (stepId: string) => void;
  onUnpick: () => void;
  onOpen: (stepId: string) => void;
  onEnter: () => void;
  setAdding: (way: string) => void;
  zoom: { in: () => void; out: () => void; fit: () => void };
};

/** Everything the mouse can do, on the step that has the focus. */
export function canvasKeys(options: Options) {
  const { drawing, layout, acts, editable, picked, meant, onPick, onOpen, onEnter, setAdding, zoom } =
    options;
  const focus = (id: string | null | undefined) => {
    if (id) document.getElementById(`node-${id}`)?.focus({ preventScroll: true });
  };
  const plain: Record<string, (step: Step) => void> = {
    Enter: (step) => {
      onOpen(step.id);
      onEnter();
    },
    Home: () => focus(drawing.steps[0]?.id),
    End: () => focus(drawing.steps.at(-1)?.id),
    "+": zoom.in,
    "=": zoom.in,
    "-": zoom.out,
    "0": zoom.fit,
  };
  const writing: Record<string, (step: Step) => void> = {
    Delete: (step) => acts.ask(meant(step), "delete"),
    Backspace: (step) => acts.ask(meant(step), "delete"),
    a: (step) => setAdding(wayOut(drawing, step) ?? ""),
    m: (step) => acts.ask(meant(step), "move"),
    l: (step) => acts.askLink(step),
    x: (step) => onPick(step.id),
    ...(picked.size > 0 && { Escape: options.onUnpick }),
  };
  const held: Record<string, (step: Step) => void> = {
    c: (step) => acts.copy(meant(step)),
    v: (step) => acts.paste(behind(step)),
  };
  return (event: KeyboardEvent, step: Step) => {
    const direction = directions[event.key];
    let act: ((step: Step) => void) | undefined;
    if (direction && event.altKey) {
      const position = placeBeside(meant(step), direction, options.siblings);
      act = editable ? () => acts.move(meant(step), position) : undefined;
    } else if (direction && event.shiftKey && editable)
      act = () => {
        const next = stepTowards(step.id, direction, drawing, layout);
        for (const id of [step.id, next]) if (id && !picked.has(id)) onPick(id);
        focus(next);
      };
    else if (direction) act = () => focus(stepTowards(step.id, direction, drawing, layout));
    else if (event.ctrlKey || event.metaKey) act = editable ? held[event.key.toLowerCase()] : undefined;
    else act = plain[event.key] ?? (editable ? writing[event.key] : undefined);
    if (!act) return;
    event.preventDefault();
    act(step);
  };
}

/** The place above the first of these steps, or below the last one; none aside. */
function placeBeside(
  steps: readonly Step[],
  direction: Direction,
  siblings: ReadonlyMap<string, Siblings>,
): Position | null {
  const end = direction === "up" ? steps[0] : direction === "down" ? steps.at(-1) : undefined;
  const beside = end && siblings.get(end.id);
  return (direction === "up" ? beside?.above : beside?.below) ?? null;
}

/** The first way on from a step; in front of it when it ends the way. */
function wayOut({ ways }: Drawing, step: Step): string | undefined {
  const open = ways.filter(({ position }) => position !== null);
  return (open.find(({ source }) => source === step.id) ?? open.find(({ target }) => target === step.id))?.id;
}
