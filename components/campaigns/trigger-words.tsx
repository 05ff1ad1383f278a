import { Hand, type LucideIcon, MousePointerClick, PencilLine, Radio, Tag, Users } from "lucide-react";
import { settableFields } from "#server/campaigns/schema";
import type { TriggerType } from "#server/triggers/schema";
import type { Campaign } from "./use-campaign-edits.tsx";

export type CampaignTrigger = Campaign["triggers"][number];

export const triggerKinds: Record<TriggerType, { label: string; hint: string; icon: LucideIcon }> = {
  segment_entered: {
    label: "Enters a list or segment",
    hint: "Added to a list, or found by a segment’s rules.",
    icon: Users,
  },
  tag_added: { label: "Gets a tag", hint: "By hand, by an import, or by another campaign.", icon: Tag },
  field_changed: {
    label: "A field changes",
    hint: "Of somebody who is a contact already.",
    icon: PencilLine,
  },
  event: { label: "An event arrives", hint: "Your own system says so over HTTP.", icon: Radio },
  link_clicked: {
    label: "Clicks a link",
    hint: "In the mail of another campaign; scanners don’t count.",
    icon: MousePointerClick,
  },
  manual: { label: "By hand", hint: "Somebody of your team adds them.", icon: Hand },
};

const standardLabel = (field: string) => settableFields.find(({ name }) => name === field)?.label;

/** What a trigger waits for, as the end of “Whoever …”. */
export function triggerWords(trigger: CampaignTrigger): string {
  switch (trigger.type) {
    case "segment_entered":
      return `comes to ${trigger.subject ?? "a list or segment that is not chosen yet"}`;
    case "tag_added":
      return trigger.tag ? `gets the tag “${trigger.tag}”` : "gets a tag that is not named yet";
    case "field_changed": {
      const field = trigger.subject ?? standardLabel(trigger.field) ?? "a field that is not chosen yet";
      return trigger.value ? `has ${field} set to “${trigger.value}”` : `has ${field} changed`;
    }
    case "event":
      return trigger.name ? `does “${trigger.name}”` : "does something that is not named yet";
    case "link_clicked": {
      const link = trigger.urlContains ? `a link with “${trigger.urlContains}”` : "any link";
      return `clicks ${link} in ${trigger.campaignId ? (trigger.subject ?? "a campaign that is gone") : "another campaign"}`;
    }
    case "manual":
      return "is added by hand";
  }
}
