import type { Problem } from "#server/campaigns/checks";
import { settableFields } from "#server/campaigns/schema";
import type { CampaignTrigger } from "./queries.ts";
import type { TriggerType } from "./schema.ts";

const names: Record<TriggerType, string> = {
  segment_entered: "“Enters a list or segment”",
  tag_added: "“Gets a tag”",
  field_changed: "“A field changes”",
  event: "“An event arrives”",
  link_clicked: "“Clicks a link”",
  manual: "“By hand”",
};

/** What keeps a triggered campaign from being launched: what it listens to, in words that say what to do. */
export function triggerProblems(triggers: readonly CampaignTrigger[]): Problem[] {
  const blocker = (code: string, message: string): Problem => ({
    code,
    severity: "blocker",
    where: "audience",
    message,
    stepId: null,
  });
  if (triggers.length === 0)
    return [
      blocker(
        "no_trigger",
        "Nothing brings anybody into this campaign: choose what starts it for a contact.",
      ),
    ];
  const found = triggers.flatMap((one) => {
    const message = problemOf(one);
    return message ? [blocker(`trigger.${one.id}`, message)] : [];
  });
  return [...found, ...twice(triggers)];
}

function problemOf(one: CampaignTrigger): string | null {
  const name = names[one.type];
  switch (one.type) {
    case "segment_entered":
      // A segment that is deleted leaves the trigger without one.
      return one.segmentId === ""
        ? `${name} names no list or segment, or one that is gone: choose one.`
        : null;
    case "tag_added":
      return one.tag === "" ? `${name} names no tag: type one.` : null;
    case "event":
      return one.name === "" ? `${name} names no event: type the name that your system sends.` : null;
    case "field_changed":
      if (one.field === "") return `${name} names no field: choose one.`;
      if (one.field.startsWith("custom.") ? one.subject === null : !isListened(one.field))
        return `${name} names a field that does not exist any more: choose another.`;
      return null;
    case "link_clicked":
      return one.campaignId !== "" && one.subject === null
        ? `${name} names a campaign that is gone: choose another.`
        : null;
    case "manual":
      return null;
  }
}

const isListened = (field: string) => settableFields.some(({ name }) => name === field);

function twice(triggers: readonly CampaignTrigger[]): Problem[] {
  const seen = new Set<string>();
  return triggers.flatMap(({ id, subject: _, ...one }): Problem[] => {
    const key = JSON.stringify(one);
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    const message = `${names[one.type]} stands there twice with the same choice: one is enough.`;
    return [{ code: `trigger_twice.${id}`, severity: "warning", where: "audience", message, stepId: null }];
  });
}
