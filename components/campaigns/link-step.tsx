"use client";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog, DialogContent, DialogFooter } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";
import type { Edge } from "#server/campaigns/graph";
import { linkTargets, targetOf } from "./link-targets.tsx";
import type { Campaign, Step } from "./use-campaign-edits.tsx";

type Props = {
  step: Step;
  /** The way out that is meant; the first one if the person is to choose. */
  edge: Edge | null;
  campaign: Campaign;
  onLink: (edge: Edge, to: string | null) => void;
  onClose: () => void;
};

/** Where a way out of a step leads: what is drawn by the mouse, chosen from a list. */
export function LinkStep({ step, edge: given, campaign, onLink, onClose }: Props) {
  const [edge, setEdge] = useState<Edge>(given ?? (step.branches ? "true" : "next"));
  const [to, setTo] = useState<string | null>(null);
  const targets = linkTargets(campaign.steps, step.id);
  const now = targets.some(({ id }) => id === targetOf(step, edge)) ? targetOf(step, edge) : null;
  return (
    <Dialog open onOpenChange={onClose}>
      <DialogContent
        title={`Where step ${step.number} leads`}
        description={
          targets.length + 1 < campaign.steps.length
            ? "Steps that come before it are left out: contacts would go round in circles."
            : undefined
        }
        size="sm"
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            onLink(edge, (to ?? now) || null);
            onClose();
          }}
          className="space-y-4"
        >
          {step.branches && (
            <Field name="edge" label="Which branch">
              {(control) => (
                <Select
                  {...control}
                  autoFocus
                  value={edge}
                  onChange={({ target }) => {
                    setEdge(target.value === "true" ? "true" : "false");
                    setTo(null);
                  }}
                >
                  <option value="true">{step.branchNames.true}</option>
                  <option value="false">{step.branchNames.false}</option>
                </Select>
              )}
            </Field>
          )}
          <Field name="to" label="Leads on to">
            {(control) => (
              <Select
                {...control}
                autoFocus={!step.branches}
                value={to ?? now ?? ""}
                onChange={({ target }) => setTo(target.value)}
              >
                {targets.map(({ id, number, title }) => (
                  <option key={id} value={id}>
                    {number}. {title}
                  </option>
                ))}
                <option value="">The end</option>
              </Select>
            )}
          </Field>
          <DialogFooter>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" variant="primary">
              Lead there
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
