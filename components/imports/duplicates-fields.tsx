"use client";
import { RadioCards } from "#components/ui/radio-cards";
import { Section } from "#components/ui/section";
import {
  type ColumnMapping,
  type DuplicateStrategy,
  duplicateStrategies,
  type FieldType,
  type ImportOptions,
} from "#server/imports/schema";
import { MergeRules } from "./merge-rules.tsx";
import { StepHeading } from "./step-heading.tsx";

export const strategyLabels: Record<DuplicateStrategy, { label: string; hint: string }> = {
  overwrite: { label: "Update", hint: "Values of the file replace those that are here." },
  fill_blanks: { label: "Fill blanks", hint: "Values of the file fill fields that are empty." },
  merge: { label: "Merge", hint: "Each field by a rule of its own: fill, replace, add, keep the newer one." },
  skip: { label: "Skip", hint: "Their fields stay as they are." },
  error: { label: "Report", hint: "Their rows are rejected, so that you can look at each." },
};

type Props = {
  options: ImportOptions;
  mapping: ColumnMapping[];
  labelOf: (target: string) => string;
  typeOf: (column: ColumnMapping) => FieldType | null;
  onChange: (options: ImportOptions) => void;
};

/** What the import does with people it knows. */
export function DuplicatesFields({ options, mapping, labelOf, typeOf, onChange }: Props) {
  return (
    <Section
      title={<StepHeading>People who are here already</StepHeading>}
      description="Known by their address. A blank cell never removes a value, and nobody is resubscribed."
    >
      <RadioCards
        name="duplicates"
        legend="People who are here already"
        hideLegend
        className="sm:grid-cols-2 lg:grid-cols-3"
        value={options.duplicates}
        onChange={(value) => {
          const duplicates = duplicateStrategies.find((each) => each === value);
          if (duplicates) onChange({ ...options, duplicates });
        }}
        options={(["overwrite", "fill_blanks", "merge", "skip", "error"] as const).map((value) => ({
          value,
          ...strategyLabels[value],
        }))}
      />
      {options.duplicates === "merge" && (
        <MergeRules
          rules={options.rules}
          mapping={mapping}
          labelOf={labelOf}
          typeOf={typeOf}
          onChange={(rules) => onChange({ ...options, rules })}
        />
      )}
    </Section>
  );
}
