"use client";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog, DialogContent, DialogFooter } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";
import type { Flow } from "#server/campaigns/flow";
import type { Position } from "#server/campaigns/graph";
import { contacts } from "./running-note.tsx";
import type { Campaign, Step } from "./use-campaign-edits.tsx";

type Place = { label: string; position: Position };

type Props = { step: Step; campaign: Campaign; onMove: (position: Position) => void; onClose: () => void };

/** Every place of the flow as a list: how a step gets into or out of a branch without dragging. */
export function MoveStep({ step, campaign, onMove, onClose }: Props) {
  const [chosen, setChosen] = useState(0);
  const places = placesIn(campaign.flow.main, campaign, step.id, "At the end of the campaign");
  return (
    <Dialog open onOpenChange={onClose}>
      <DialogContent
        title={`Move step ${step.number}`}
        description={step.branches ? "Its branches move along." : undefined}
        size="sm"
      >
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
              <MoveEffect step={step} campaign={campaign} />
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

/** What moving a step of a running campaign means for those on the way. */
export function MoveEffect({ step, campaign }: Pick<Props, "step" | "campaign">) {
  return (
    <>
      Affects {contacts(campaign.ahead[step.id] ?? 0)} still on the way to it. Who has passed its new place
      already does not come by it any more; who comes by again gets no email and no action twice.
    </>
  );
}

function placesIn(flow: Flow, campaign: Campaign, moving: string, end: string): Place[] {
  const places: Place[] = [];
  for (const node of flow.nodes) {
    const step = campaign.steps.find((each) => each.id === node.stepId);
    if (!step || step.id === moving) continue;
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
