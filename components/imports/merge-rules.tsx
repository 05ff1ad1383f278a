"use client";
import { Select } from "#components/ui/select";
import {
  type ColumnMapping,
  consentTargets,
  type FieldType,
  type MergeRule,
  rulesFor,
  stopTargets,
} from "#server/imports/schema";

export const ruleLabels: Record<MergeRule, string> = {
  keep_existing: "Keep what is here",
  overwrite: "Replace",
  fill_if_blank: "Fill when blank",
  newest: "Keep the newer one",
  append_unique: "Add to what is here",
  keep_higher: "Keep the higher one",
};

/** Whoever is on a list stays on it. Consent is written where none is known, and when somebody said stop is part of their status. */
const withoutRule: readonly string[] = [
  "ignore",
  "email",
  "updated_at",
  "lists",
  ...consentTargets,
  ...stopTargets,
];

type Props = {
  rules: Record<string, MergeRule>;
  mapping: ColumnMapping[];
  labelOf: (target: string) => string;
  typeOf: (column: ColumnMapping) => FieldType | null;
  onChange: (rules: Record<string, MergeRule>) => void;
};

/** One rule for each field that the file fills. The address is what people are known by, and never changes. */
export function MergeRules({ rules, mapping, labelOf, typeOf, onChange }: Props) {
  const dated = mapping.some(({ target }) => target === "updated_at");
  const fields = mapping.filter(({ target }) => !withoutRule.includes(target));
  const changed = fields.filter(({ target }) => rules[target] !== undefined).length;
  return (
    <details className="group mt-4 rounded-lg border" open={changed > 0}>
      <summary className="cursor-pointer rounded-lg px-3.5 py-2.5 hover:bg-hover">
        <span className="font-medium">A rule for each field</span>{" "}
        <span className="text-muted">
          {changed === 0 ? "as is sensible: blanks are filled, tags are added" : `${changed} chosen by you`}
        </span>
      </summary>
      <ul className="divide-y border-t">
        {fields.map((column) => {
          const { target } = column;
          const possible = rulesFor(target, typeOf(column) ?? "text").filter(
            // Which value is newer can be told only where the file says when a row was changed.
            (rule) => rule !== "newest" || dated || rules[target] === "newest",
          );
          return (
            <li
              key={target}
              className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-3.5 py-1.5"
            >
              <span className="min-w-0 break-words">{labelOf(target)}</span>
              <Select
                aria-label={`Rule for ${labelOf(target)}`}
                className="w-48 max-sm:w-full"
                value={rules[target] ?? possible[0]}
                onChange={(event) => {
                  const rule = possible.find((each) => each === event.target.value);
                  const { [target]: _, ...others } = rules;
                  onChange(rule && rule !== possible[0] ? { ...others, [target]: rule } : others);
                }}
              >
                {possible.map((rule) => (
                  <option key={rule} value={rule}>
                    {ruleLabels[rule]}
                  </option>
                ))}
              </Select>
            </li>
          );
        })}
      </ul>
      {!dated && (
        <p className="border-t px-3.5 py-2 text-xs text-muted">
          To keep the newer of two values, let a column of the file go to “Last changed”.
        </p>
      )}
    </details>
  );
}
