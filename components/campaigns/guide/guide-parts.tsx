import { type GuidePart, guideParts } from "#server/campaigns/schema";
import type { Campaign } from "../use-campaign-edits.tsx";

export const guideWords: Record<GuidePart, { label: string; question: string; next: string }> = {
  who: { label: "Who", question: "Who gets it?", next: "Next: the emails" },
  emails: { label: "Emails", question: "What do you write?", next: "Next: sender and time" },
  sending: { label: "Sending", question: "From whom, and when?", next: "Next: review" },
  review: { label: "Review", question: "Is everything right?", next: "" },
};

type Answered = Pick<Campaign, "audience" | "problems" | "steps" | "triggers" | "type">;

/** Whether a question is answered; the time and the review always have an answer to begin with. */
export function isAnswered(part: GuidePart, { audience, problems, triggers, type }: Answered): boolean {
  if (part === "who")
    return type === "triggered" ? triggers.length > 0 : audience.everyone || audience.include.length > 0;
  if (part === "emails") return !problems.some(({ severity }) => severity === "blocker");
  return part === "sending";
}

/** The part of the URL, or the first question without an answer: where somebody left who comes back. */
export function partAt(at: string | undefined, campaign: Answered): GuidePart {
  const asked = guideParts.find((part) => part === at);
  return asked ?? guideParts.find((part) => !isAnswered(part, campaign)) ?? "review";
}
