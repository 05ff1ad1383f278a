"use client";
import { X } from "lucide-react";
import { useId } from "react";
import { Button } from "#components/ui/button";
import { Select } from "#components/ui/select";
import { type DraftCondition, withField, withOperator } from "./rule-draft.tsx";
import { fieldChoices, findField, operatorChoices, operatorLabel, type Vocabulary } from "./rule-fields.tsx";
import { RuleValueControl } from "./rule-value.tsx";

type Props = {
  rule: DraftCondition;
  vocabulary: Vocabulary;
  /** What it still needs; shown once somebody tried to save. */
  problem: string | undefined;
  autoFocus: boolean;
  onChange: (rule: DraftCondition) => void;
  onRemove: () => void;
};

/** One condition: field, comparison, value. */
export function RuleRow({ rule, vocabulary, problem, autoFocus, onChange, onRemove }: Props) {
  const problemId = useId();
  const field = findField(rule.field, vocabulary);
  const groups = fieldChoices(vocabulary);
  const known = groups.some(({ fields }) => fields.some(({ name }) => name === rule.field));
  return (
    <div role="group" aria-label={`Rule: ${field.label}`} aria-describedby={problem ? problemId : undefined}>
      <div className="flex items-start gap-1">
        <div className="flex min-w-0 flex-1 flex-wrap items-start gap-2">
          <Select
            aria-label="Field"
            className="min-w-36 flex-[1_1_9rem]"
            value={rule.field}
            autoFocus={autoFocus}
            onChange={(event) =>
              onChange(withField(rule, findField(event.target.value, vocabulary), vocabulary))
            }
          >
            {!known && <option value={rule.field}>{field.label}</option>}
            {groups.map(({ label, fields }) => (
              <optgroup key={label} label={label}>
                {fields.map(({ name, label: fieldLabel }) => (
                  <option key={name} value={name}>
                    {fieldLabel}
                  </option>
                ))}
              </optgroup>
            ))}
          </Select>
          <Select
            aria-label="Comparison"
            className="min-w-36 flex-[1_1_9rem]"
            value={rule.operator}
            onChange={(event) => {
              const chosen = operatorChoices(field).find((operator) => operator === event.target.value);
              if (chosen) onChange(withOperator(rule, field, chosen));
            }}
          >
            {operatorChoices(field, rule.operator).map((operator) => (
              <option key={operator} value={operator}>
                {operatorLabel(field, operator)}
              </option>
            ))}
          </Select>
          <div className="min-w-44 flex-[2_1_14rem] empty:hidden">
            <RuleValueControl
              rule={rule}
              field={field}
              vocabulary={vocabulary}
              onChange={(value) => onChange({ ...rule, value })}
            />
          </div>
        </div>
        <Button
          variant="ghost"
          size="icon"
          aria-label={`Remove the rule about ${field.label}`}
          onClick={onRemove}
        >
          <X />
        </Button>
      </div>
      {problem && (
        <p id={problemId} className="mt-1 text-xs text-danger">
          {problem}
        </p>
      )}
    </div>
  );
}
