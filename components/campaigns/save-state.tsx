import { Check } from "lucide-react";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { Spinner } from "#components/ui/spinner";
import type { CampaignEdits } from "./use-campaign-edits.tsx";

const words = { saved: "Saved", waiting: "Not saved yet", saving: "Saving…", problem: "Not saved" };

export function SaveState({ state }: Pick<CampaignEdits, "state">) {
  return (
    <p role="status" className="flex items-center gap-1.5 text-xs text-muted">
      {state === "saved" && <Check aria-hidden className="size-3.5 text-success" />}
      {state === "saving" && <Spinner />}
      {words[state]}
    </p>
  );
}

type ProblemProps = {
  edits: CampaignEdits;
  /** Where the page holds more than the edits do. */ afterLoading?: () => void;
};

/** A refused save: the text stays in the editor until the person decides. */
export function SaveProblem({ edits: { problem, reload, flush, dismiss }, afterLoading }: ProblemProps) {
  if (!problem) return null;
  const conflict = problem.code === "conflict";
  const again = problem.code === "unavailable" || problem.code === "unexpected";
  const action = conflict ? (
    <div className="flex flex-wrap gap-2">
      <Button size="sm" onClick={() => void reload(true)}>
        Keep my text
      </Button>
      <Button size="sm" onClick={() => void reload(false).then(afterLoading)}>
        Load theirs
      </Button>
    </div>
  ) : (
    <Button
      size="sm"
      onClick={() => {
        dismiss();
        if (again) void flush();
      }}
    >
      {again ? "Try again" : "Close"}
    </Button>
  );
  return (
    <div role="alert" className="mb-4">
      <Callout
        kind="danger"
        title={conflict ? "Somebody else changed this campaign" : "Not saved"}
        action={action}
      >
        {problem.message}
      </Callout>
    </div>
  );
}
