"use client";
import { createContext, use } from "react";
import type { RouterOutputs } from "#server/router";
import type { Siblings } from "../siblings.tsx";
import type { Campaign, Step } from "../use-campaign-edits.tsx";
import type { StepActs } from "../use-step-acts.tsx";
import type { Linking } from "./use-linking.tsx";

export type Places = NonNullable<RouterOutputs["enrollments"]["places"]["value"]>;

export type CanvasState = {
  campaign: Campaign;
  acts: StepActs;
  editable: boolean;
  selected: string | null;
  /** Several that were chosen to do something with together. */
  picked: ReadonlySet<string>;
  onPick: (stepId: string) => void;
  /** The one step that Tab reaches; arrows lead on from it. */
  current: string | null;
  siblings: ReadonlyMap<string, Siblings>;
  /** Once the campaign was launched. */
  places: Places | null;
  /** Steps somebody came by; null where no way is followed. */
  trail: ReadonlySet<string> | null;
  /** The way that a dragged step would move onto. */
  dropOn: string | null;
  /** While a way is drawn from the dot of a step. */
  linking: Linking | null;
  /** The way or junction whose menu is open. */
  adding: string | null;
  setAdding: (place: string | null) => void;
  /** A way got the focus, wherever it lies. */
  onReveal: (wayId: string) => void;
  onFocus: (stepId: string) => void;
  onOpen: (stepId: string) => void;
  onKey: (event: React.KeyboardEvent, step: Step) => void;
};

const Context = createContext<CanvasState | null>(null);
export const CanvasProvider = Context.Provider;

/** Within a canvas. */
export function useCanvas(): CanvasState {
  const state = use(Context);
  if (!state) throw new Error("A node is drawn outside of a canvas.");
  return state;
}
