"use client";
import type { Campaign } from "../use-campaign-edits.tsx";
import type { StepActs } from "../use-step-acts.tsx";
import { FlowCanvas } from "./flow-canvas.tsx";

const nothing = () => undefined;
/** What is only looked at. */
const noActs: StepActs = {
  add: nothing,
  link: nothing,
  ask: nothing,
  askLink: nothing,
  move: nothing,
  copy: nothing,
  copied: null,
  paste: nothing,
  duplicate: nothing,
  said: "",
};

/** The steps with those marked that somebody came by. */
export function TrailCanvas({ campaign, trail }: { campaign: Campaign; trail: ReadonlySet<string> }) {
  return (
    <FlowCanvas
      campaign={campaign}
      acts={noActs}
      selected={null}
      onSelect={nothing}
      onEnter={nothing}
      editable={false}
      places={null}
      trail={trail}
    />
  );
}
