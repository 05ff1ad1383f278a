"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type DraftGroup, isDraftGroup, readDraft, toDraft } from "#components/segments/rule-draft";
import type { Vocabulary } from "#components/segments/rule-fields";
import { RuleGroup } from "#components/segments/rule-group";
import { useTRPC } from "#components/trpc/client";
import { Callout } from "#components/ui/callout";
import { Checkbox } from "#components/ui/checkbox";
import { Skeleton } from "#components/ui/skeleton";
import type { StepContent } from "#server/campaigns/schema";
import type { Condition } from "#server/segments/schema";
import { DurationFields } from "./duration-fields.tsx";
import type { EditorProps } from "./step-editor.tsx";
import type { Campaign, Step } from "./use-campaign-edits.tsx";

type Content = Extract<StepContent, { type: "condition" }>;
type Props = EditorProps<Content> & { campaign: Campaign; step: Step };

/** Rules and groups of rules, and how long those wait who do not match at once. */
export function ConditionEditor({ content, onChange, disabled, campaign, step }: Props) {
  const trpc = useTRPC();
  const { data, error } = useQuery(trpc.segments.vocabulary.queryOptions());
  if (error) return <Callout kind="danger">What rules can name could not be loaded. {error.message}</Callout>;
  if (!data) return <Skeleton className="h-40" />;
  const emails = campaign.steps
    .filter((each) => each.type === "email" && each.number < step.number)
    .map(({ id, number, headline, test }) => ({
      id,
      label: `${number}. ${headline}`,
      variants: test?.variants.length ?? 0,
    }));
  const before = campaign.steps
    .filter((each) => each.number < step.number)
    .map(({ id, number, title, branches, branchNames }) => ({
      id,
      label: `${number}. ${title}`,
      branches: branches ? branchNames : null,
    }));
  return (
    <fieldset disabled={disabled} className="space-y-4">
      <p className="font-medium">
        Who takes the <span className="text-success">Yes</span> branch
      </p>
      <Rules
        content={content}
        onChange={onChange}
        vocabulary={{ ...data, step: { campaignId: campaign.id, emails, before } }}
      />
      <WaitUpTo content={content} onChange={onChange} />
      <p className="text-xs text-muted">
        Everybody else takes the No branch. Opens and clicks count a minute after they happen, once scanners
        have shown themselves; opens are approximate, since some mail programs hide or fake them. Days and
        hours are those of the campaign’s zone.
      </p>
    </fieldset>
  );
}

/** Stands in a tree whose last rule is not finished, so that it is not saved as it is. */
const unfinished: Condition = { field: "", operator: "is_set" };

type RulesProps = Pick<Props, "content" | "onChange"> & { vocabulary: Vocabulary };

function Rules({ content, onChange, vocabulary }: RulesProps) {
  const [draft, setDraft] = useState(() => toDraft(content.rules));
  const { problems } = readDraft(draft, vocabulary);
  const begun = new Map([...problems].filter(([key]) => !isBlank(draft, key)));
  const change = (next: DraftGroup) => {
    setDraft(next);
    const { tree, problems: left } = readDraft(next, vocabulary);
    onChange({
      ...content,
      rules: left.size > 0 ? { ...tree, rules: [...tree.rules, unfinished] } : tree,
    });
  };
  return <RuleGroup group={draft} depth={1} vocabulary={vocabulary} problems={begun} onChange={change} />;
}

/** A rule that nobody has filled in yet needs no word about it. */
function isBlank(group: DraftGroup, key: string): boolean {
  return group.rules.some((rule) => {
    if (isDraftGroup(rule)) return isBlank(rule, key);
    if (rule.key !== key) return false;
    const { value } = rule;
    if (typeof value === "string" || Array.isArray(value)) return value.length === 0;
    return value === undefined || ("event" in value && value.event === "");
  });
}

function WaitUpTo({ content, onChange }: Pick<Props, "content" | "onChange">) {
  const { waitUpTo } = content;
  return (
    <div className="space-y-3">
      <Checkbox
        label="Give it time to come true"
        hint="Opens, clicks, replies and custom events send a contact on when they happen; everything else is asked again at the end."
        checked={waitUpTo !== null}
        onChange={({ target }) =>
          onChange({ ...content, waitUpTo: target.checked ? { value: 3, unit: "days" } : null })
        }
      />
      {waitUpTo && (
        <div className="flex flex-wrap items-start gap-3 pl-6">
          <DurationFields
            label="Wait up to"
            rule={waitUpTo}
            onChange={(next) => onChange({ ...content, waitUpTo: next })}
          />
        </div>
      )}
    </div>
  );
}
