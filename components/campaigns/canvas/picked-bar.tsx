"use client";
import { ArrowUpDown, Copy, Trash2, X } from "lucide-react";
import { useMemo, useState } from "react";
import { Button } from "#components/ui/button";
import type { Campaign, Step } from "../use-campaign-edits.tsx";
import type { StepActs } from "../use-step-acts.tsx";

/** Steps that are picked to do something with together; one that is gone is none of them. */
export function usePicked(campaign: Campaign) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const picked: ReadonlySet<string> = useMemo(
    () => new Set(campaign.steps.flatMap(({ id }) => (ids.has(id) ? [id] : []))),
    [campaign, ids],
  );
  return {
    picked,
    pick: (id: string) =>
      setIds((before) => {
        const next = new Set(before);
        if (!next.delete(id)) next.add(id);
        return next;
      }),
    unpick: () => setIds(new Set()),
  };
}

/** On a phone the icons alone have room. */
const wordsIfWide = "max-sm:sr-only";

/** What can be done with the picked steps. */
export function PickedBar({ steps, acts, onClear }: { steps: Step[]; acts: StepActs; onClear: () => void }) {
  const count = steps.length === 1 ? "1 step" : `${steps.length} steps`;
  return (
    <div
      role="toolbar"
      aria-label="Picked steps"
      className="flex items-center gap-2 rounded-lg border bg-raised py-1.5 pr-1.5 pl-3 shadow-menu"
    >
      <span role="status" className="text-xs whitespace-nowrap text-muted">
        {count} picked
      </span>
      <Button
        size="sm"
        onClick={() => {
          acts.copy(steps);
          onClear();
        }}
      >
        <Copy /> <span className={wordsIfWide}>Copy</span>
      </Button>
      <Button size="sm" onClick={() => acts.ask(steps, "move")}>
        <ArrowUpDown /> <span className={wordsIfWide}>Move</span>
      </Button>
      <Button size="sm" variant="danger-quiet" onClick={() => acts.ask(steps, "delete")}>
        <Trash2 /> <span className={wordsIfWide}>Delete</span>
      </Button>
      <Button size="icon-sm" variant="ghost" aria-label="Pick none" onClick={onClear}>
        <X />
      </Button>
    </div>
  );
}
