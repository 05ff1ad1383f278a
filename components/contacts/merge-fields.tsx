"use client";
import { Section } from "#components/ui/section";
import type { MergeChoices, MergePreview } from "./merge-form.tsx";

type Difference = MergePreview["differences"][number];
type Choice = Difference["proposed"];
type Props = { preview: MergePreview; choices: MergeChoices; onChange: (choices: MergeChoices) => void };

/** The fields in which the two differ, side by side, each with a choice. */
export function MergeFields({ preview: { differences, keep, other }, choices, onChange }: Props) {
  return (
    <Section
      title="Which values win"
      description={
        differences.length === 0
          ? "They hold the same in every field."
          : "Fields in which both hold the same are not shown."
      }
      flush={differences.length > 0}
    >
      {differences.length > 0 && (
        <div className="divide-y">
          <div
            aria-hidden
            className="grid gap-x-4 px-5 py-2 text-xs font-medium text-muted max-sm:hidden sm:grid-cols-[9rem_minmax(0,1fr)]"
          >
            <span />
            <div className="grid grid-cols-2 gap-1.5">
              <span className="truncate">Stays: {keep.email}</span>
              <span className="truncate">{other.email}</span>
            </div>
          </div>
          {differences.map((difference) => (
            <Row
              key={difference.name}
              difference={difference}
              chosen={choices[difference.name] ?? difference.proposed}
              onChoose={(choice) => onChange({ ...choices, [difference.name]: choice })}
            />
          ))}
        </div>
      )}
    </Section>
  );
}

type RowProps = { difference: Difference; chosen: Choice; onChoose: (choice: Choice) => void };

function Row({ difference: { name, label, keep, other, joins }, chosen, onChoose }: RowProps) {
  const options: { value: Choice; text: string }[] = [
    { value: "keep", text: keep },
    { value: "other", text: other },
    ...(joins ? [{ value: "both" as const, text: "All of both" }] : []),
  ];
  return (
    <fieldset className="grid gap-x-4 gap-y-1.5 px-4 py-3 sm:grid-cols-[9rem_minmax(0,1fr)] sm:px-5">
      {/* A legend is no cell of a grid. */}
      <legend className="sr-only">{label}</legend>
      <span aria-hidden className="pt-1 text-muted">
        {label}
      </span>
      <div className="grid gap-1.5 sm:grid-cols-2">
        {options.map(({ value, text }) => (
          <label
            key={value}
            className="flex min-w-0 cursor-pointer items-start gap-2 rounded-md border px-2.5 py-1 hover:border-faint/60 has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-ring"
          >
            <input
              type="radio"
              name={name}
              value={value}
              checked={chosen === value}
              onChange={() => onChoose(value)}
              className="mt-0.5 size-4 shrink-0 accent-accent outline-none"
            />
            <span className="min-w-0 break-words">
              {text === "" ? <em className="text-muted">nothing</em> : text}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
