"use client";
import { Plus } from "lucide-react";
import { Button } from "#components/ui/button";
import { Select } from "#components/ui/select";
import type { StepContent } from "#server/campaigns/schema";
import { isGroup, type Condition, type Rule } from "#server/segments/schema";
import { ConditionRule } from "./condition-rule.tsx";
import type { EditorProps } from "./step-editor.tsx";
import type { Campaign, Step } from "./use-campaign-edits.tsx";

type Content = Extract<StepContent, { type: "condition" }>;
type Props = EditorProps<Content> & { campaign: Campaign; step: Step };

const first: Condition = { field: "email_opened", operator: "is_true" };

/** A flat list of rules. Nested groups, which other ways in may have stored, are kept as they are. */
export function ConditionEditor({ content, onChange, disabled, campaign, step }: Props) {
  const { rules, match } = content.rules;
  const set = (next: Rule[]) => onChange({ ...content, rules: { ...content.rules, rules: next } });
  const emails = campaign.steps.filter((each) => each.type === "email" && each.number < step.number);
  return (
    <fieldset disabled={disabled} className="space-y-3">
      <legend className="mb-2 font-medium">
        Contacts take the <span className="text-success">Yes</span> branch if
        {rules.length > 1 && (
          <Select
            aria-label="How many of the rules must hold"
            className="ml-2 inline-block w-36 align-middle"
            value={match}
            onChange={(event) =>
              onChange({
                ...content,
                rules: { ...content.rules, match: event.target.value === "any" ? "any" : "all" },
              })
            }
          >
            <option value="all">all rules hold</option>
            <option value="any">any rule holds</option>
          </Select>
        )}
      </legend>
      <ol className="space-y-2">
        {rules.map((rule, index) => (
          <li key={`${index} of ${rules.length}`} className="rounded-md border bg-sunken p-2.5">
            {isGroup(rule) ? (
              <p className="text-muted">A group of {rule.rules.length} rules, kept as it is.</p>
            ) : (
              <ConditionRule
                rule={rule}
                emails={emails}
                onChange={(next) => set(rules.map((each, place) => (place === index ? next : each)))}
                onRemove={rules.length > 1 ? () => set(rules.filter((_, place) => place !== index)) : null}
              />
            )}
          </li>
        ))}
      </ol>
      <Button size="sm" onClick={() => set([...rules, first])}>
        <Plus /> Add a rule
      </Button>
      <p className="text-xs text-muted">
        Everybody else takes the No branch. Opens and clicks count a minute after they happen, once scanners
        have shown themselves; opens are approximate, since some mail programs hide or fake them.
      </p>
    </fieldset>
  );
}
