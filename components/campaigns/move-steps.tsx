"use client";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog, DialogContent, DialogFooter } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";
import type { Flow } from "#server/campaigns/flow";
import type { Position } from "#server/campaigns/graph";
import { contacts } from "./running-note.tsx";
import { countOnTheWay, stepsNamed } from "./several-steps.tsx";
import type { Campaign, Step } from "./use-campaign-edits.tsx";

type Place = { label: string; position: Position };

type Props = { steps: Step[]; campaign: Campaign; onMove: (position: Position) => void; onClose: () => void };

/** Every place of the flow as a list: how steps get into or out of a branch without dragging. */
export function MoveSteps({ steps, campaign, onMove, onClose }: Props) {
  const [chosen, setChosen] = useState(0);
  const places = placesIn(
    campaign.flow.main,
    campaign,
    new Set(steps.map(({ id }) => id)),
    "At the end of the campaign",
  );
  return (
    <Dialog open onOpenChange={onClose}>
      <DialogContent title={`Move ${stepsNamed(steps)}`} description={moving(steps)} size="sm">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const place = places[chosen];
            if (place) onMove(place.position);
            onClose();
          }}
        >
          <Field name="place" label="Where to">
            {(control) => (
              <Select {...control} value={chosen} onChange={(event) => setChosen(Number(event.target.value))}>
                {places.map((place, index) => (
                  <option key={place.label} value={index}>
                    {place.label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {campaign.status !== "draft" && (
            <p className="mt-3 text-muted">
              <MoveEffect steps={steps} campaign={campaign} />
            </p>
          )}
          <DialogFooter>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" variant="primary" disabled={places.length === 0}>
              Move
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

function moving(steps: readonly Step[]): string | undefined {
  if (steps.length > 1) return "They stand one behind the other then; branches move along.";
  return steps[0]?.branches ? "Its branches move along." : undefined;
}

/** What moving steps of a running campaign means for those on the way. */
export function MoveEffect({ steps, campaign }: Pick<Props, "steps" | "campaign">) {
  const several = steps.length > 1;
  return (
    <>
      Affects {contacts(countOnTheWay(campaign, steps))} still on the way to {several ? "them" : "it"}. Who
      has passed {several ? "their" : "its"} new place already does not come by {several ? "them" : "it"} any
      more; who comes by again gets no email and no action twice.
    </>
  );
}

function placesIn(flow: Flow, campaign: Campaign, moving: ReadonlySet<string>, end: string): Place[] {
  const places: Place[] = [];
  for (const node of flow.nodes) {
    const step = campaign.steps.find((each) => each.id === node.stepId);
    if (!step || moving.has(step.id)) continue;
    places.push({ label: `Above ${step.number}. ${step.title}`, position: node.add });
    if (!node.branches) continue;
    for (const edge of ["true", "false"] as const) {
      const name = step.branchNames[edge];
      const inside = node.branches[edge];
      places.push(
        ...placesIn(
          inside,
          campaign,
          moving,
          `At the end of the ${name} branch of ${step.number}. ${step.title}`,
        ),
      );
    }
  }
  if (flow.tail.kind !== "exit") places.push({ label: end, position: flow.tail.add });
  return places;
}
