import type { Problem } from "#server/campaigns/checks";
import { settableFields } from "#server/campaigns/schema";
import type { CampaignGoal } from "./queries.ts";

/** What keeps a campaign with these goals from being launched, in words that say what to do. */
export function goalProblems(goals: readonly CampaignGoal[]): Problem[] {
  return goals.flatMap((goal, index): Problem[] => {
    const name = goal.name ? `The goal “${goal.name}”` : `Goal ${index + 1}`;
    return faultsOf(goal).map(([code, fault]) => ({
      code: `goal_${code}.${goal.id}`,
      severity: "blocker",
      where: "goals",
      message: `${name} ${fault}`,
      stepId: null,
    }));
  });
}

function faultsOf(goal: CampaignGoal): [string, string][] {
  const faults: [string, string][] = [];
  if (goal.name === "") faults.push(["name", "has no name: type one, it heads its numbers."]);
  const event = eventFault(goal);
  if (event) faults.push(["event", event]);
  if (goal.action === "move" && goal.target === null)
    faults.push(["target", "moves people to a campaign that is not chosen, or is gone: choose one."]);
  return faults;
}

function eventFault({ event, subject }: CampaignGoal): string | null {
  switch (event.type) {
    case "event":
      return event.name === "" ? "names no event: type the name that your system sends." : null;
    case "tag_added":
      return event.tag === "" ? "names no tag: type one." : null;
    case "segment_entered":
      return event.segmentId === "" ? "names no list or segment, or one that is gone: choose one." : null;
    case "field_changed": {
      if (event.field === "") return "names no field: choose one.";
      const known = event.field.startsWith("custom.")
        ? subject !== null
        : settableFields.some(({ name }) => name === event.field);
      return known ? null : "names a field that does not exist any more: choose another.";
    }
    case "link_clicked":
    case "replied":
      return null;
  }
}
