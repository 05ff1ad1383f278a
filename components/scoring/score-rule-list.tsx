"use client";
import { Pencil, Plus, X } from "lucide-react";
import type { Vocabulary } from "#components/segments/rule-fields";
import { Button } from "#components/ui/button";
import { Section } from "#components/ui/section";
import type { ScoreCategory, ScoreRule } from "#server/scoring/schema";
import { ScoreRuleDialog } from "./score-rule-dialog.tsx";
import { categoryLabels, pointsInWords, ruleInWords } from "./rule-words.tsx";

type Props = {
  category: ScoreCategory;
  rules: ScoreRule[];
  vocabulary: Vocabulary;
  editable: boolean;
  onChange: (rules: ScoreRule[]) => void;
};

/** The rules of one category, in a list of all. */
export function ScoreRuleList({ category, rules, vocabulary, editable, onChange }: Props) {
  const { title, about } = categoryLabels[category];
  const numbered = rules
    .map((rule, index) => ({ rule, index }))
    .filter(({ rule }) => rule.category === category);
  return (
    <Section
      title={title}
      description={about}
      flush
      action={
        editable && (
          <ScoreRuleDialog
            category={category}
            vocabulary={vocabulary}
            onSave={(rule) => onChange([...rules, rule])}
            trigger={
              <Button size="sm">
                <Plus /> Add rule
              </Button>
            }
          />
        )
      }
    >
      {numbered.length === 0 && <p className="px-5 py-4 text-muted">No rules here.</p>}
      <ul aria-label={`${title}: rules`} className="divide-y">
        {numbered.map(({ rule, index }) => (
          <li key={index} className="flex items-center gap-3 py-2 pr-3 pl-4 sm:pl-5">
            <div className="min-w-0 flex-1">
              <p className="truncate font-medium">{rule.name}</p>
              <p className="text-xs break-words text-muted">{ruleInWords(rule)}</p>
            </div>
            <span className="shrink-0 font-medium tabular-nums">{pointsInWords(rule.points)}</span>
            {editable && (
              <span className="flex shrink-0">
                <ScoreRuleDialog
                  category={category}
                  rule={rule}
                  vocabulary={vocabulary}
                  onSave={(next) => onChange(rules.map((each, at) => (at === index ? next : each)))}
                  trigger={
                    <Button variant="ghost" size="icon" aria-label={`Edit ${rule.name}`}>
                      <Pencil />
                    </Button>
                  }
                />
                <Button
                  variant="ghost"
                  size="icon"
                  aria-label={`Remove ${rule.name}`}
                  onClick={() => onChange(rules.filter((_, at) => at !== index))}
                >
                  <X />
                </Button>
              </span>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
