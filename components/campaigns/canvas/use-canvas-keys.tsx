"use client";
import type { KeyboardEvent } from "react";
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
  onPick: (stepId: string) => void;
  onUnpick: () => void;
  onCopy: (step: Step) => void;
  onOpen: (stepId: string) => void;
  onEnter: () => void;
  setAdding: (way: string) => void;
  zoom: { in: () => void; out: () => void; fit: () => void };
};

/** Everything the mouse can do, on the step that has the focus. */
export function canvasKeys(options: Options) {
  const { drawing, layout, acts, editable, siblings, picked, onPick, onOpen, onEnter, setAdding, zoom } =
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
    Delete: (step) => acts.ask(step, "delete"),
    Backspace: (step) => acts.ask(step, "delete"),
    a: (step) => setAdding(wayOut(drawing, step) ?? ""),
    m: (step) => acts.ask(step, "move"),
    x: (step) => onPick(step.id),
    ...(picked.size > 0 && { Escape: options.onUnpick }),
  };
  const held: Record<string, (step: Step) => void> = {
    c: options.onCopy,
    v: (step) => acts.paste(behind(step)),
  };
  return (event: KeyboardEvent, step: Step) => {
    const direction = directions[event.key];
    let act: ((step: Step) => void) | undefined;
    if (direction && event.altKey) {
      const { above = null, below = null } = siblings.get(step.id) ?? {};
      const position = { up: above, down: below, left: null, right: null }[direction];
      act = editable ? () => acts.move(step, position) : undefined;
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

/** The first way on from a step; in front of it when it ends the way. */
function wayOut({ ways }: Drawing, step: Step): string | undefined {
  const open = ways.filter(({ position }) => position !== null);
  return (open.find(({ source }) => source === step.id) ?? open.find(({ target }) => target === step.id))?.id;
}
