import { MousePointerClick, PencilLine, Radio, Reply, Tag, Users, type LucideIcon } from "lucide-react";
import type { goalActions, GoalType } from "#server/goals/schema";
import { settableFields } from "#server/campaigns/schema";
import type { Campaign } from "../campaigns/use-campaign-edits.tsx";

export type CampaignGoal = Campaign["goals"][number];

export const goalKinds: Record<GoalType, { label: string; hint: string; icon: LucideIcon }> = {
  event: {
    label: "An event arrives",
    hint: "Your own system says so over HTTP: an order, a sign-up.",
    icon: Radio,
  },
  link_clicked: {
    label: "They click a link",
    hint: "In a mail of this campaign; scanners don’t count.",
    icon: MousePointerClick,
  },
  replied: { label: "They reply", hint: "A person’s answer; automatic ones don’t count.", icon: Reply },
  field_changed: {
    label: "A field changes",
    hint: "By hand, by an import, or by another campaign.",
    icon: PencilLine,
  },
  tag_added: { label: "They get a tag", hint: "By hand, by an import, or by another campaign.", icon: Tag },
  segment_entered: {
    label: "They come to a list or segment",
    hint: "Added to a list, or found by rules.",
    icon: Users,
  },
};

export const goalActionLabels: Record<(typeof goalActions)[number], string> = {
  exit: "They leave the campaign",
  stay: "They go on",
  move: "They move to another campaign",
};

const standardLabel = (field: string) => settableFields.find(({ name }) => name === field)?.label;

/** What reaches a goal, as the end of “Whoever …”. */
export function goalWords({ event, subject }: CampaignGoal): string {
  switch (event.type) {
    case "event":
      return event.name ? `does “${event.name}”` : "does something that is not named yet";
    case "link_clicked":
      return event.urlContains ? `clicks a link with “${event.urlContains}”` : "clicks any link";
    case "replied":
      return "replies";
    case "field_changed": {
      const field = subject ?? standardLabel(event.field) ?? "a field that is not chosen yet";
      return event.value ? `has ${field} set to “${event.value}”` : `has ${field} changed`;
    }
    case "tag_added":
      return event.tag ? `gets the tag “${event.tag}”` : "gets a tag that is not named yet";
    case "segment_entered":
      return `comes to ${subject ?? "a list or segment that is not chosen yet"}`;
  }
}
