import type { Step } from "#server/campaigns/steps";

const kinds: Record<string, string> = {
  email: "An email",
  wait: "A wait",
  condition: "A condition",
  action: "An action",
};

/** A step that is gone and had no name. */
export const stepWords = (type: string): string => kinds[type] ?? "A step";

type Led = { step: Step | null; to: Step | null; reason: string | null };

/** What came of a visit, as a sentence: `No: went on with step 4.`; outcomes of later versions read as they are written. */
export function outcomeInWords(outcome: string | null, { step, to, reason }: Led): string {
  if (outcome === null) return "Stands here now.";
  if (outcome === "exited")
    return reason ? `Left the campaign here: ${lower(reason)}` : "Left the campaign here.";
  const onward = to ? `went on with step ${to.number}.` : "that was the end.";
  return `${came(outcome, step)}: ${onward}`;
}

function came(outcome: string, step: Step | null): string {
  const names = step?.branchNames ?? { true: "Yes", false: "No" };
  const words: Record<string, string> = {
    sent: "Sent",
    assumed_sent: "Counts as sent",
    skipped: "Passed over",
    too_many_emails: "Passed over, since they had enough emails from all campaigns",
    skip_day: "Passed over, since its turn came on days on which no emails are sent",
    released: step?.branches ? names.true : "Waited",
    true: names.true,
    false: names.false,
    timeout: "Time was up",
    acted: "Done",
    sent_back: "Sent back",
    failed: "Failed",
  };
  return words[outcome] ?? outcome.charAt(0).toUpperCase() + outcome.slice(1).replaceAll("_", " ");
}

const lower = (sentence: string) => sentence.charAt(0).toLowerCase() + sentence.slice(1);
