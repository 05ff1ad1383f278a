"use client";
import { Select } from "#components/ui/select";
import type { DraftVariantGot } from "./rule-draft.tsx";
import type { Vocabulary } from "./rule-fields.tsx";

type Props = {
  value: DraftVariantGot;
  step: NonNullable<Vocabulary["step"]>;
  onChange: (value: DraftVariantGot) => void;
};

const most = 5;

/** Of which tested email they got which variant; whoever got the winner's words counts as one of its variant. */
export function VariantValue({ value, step, onChange }: Props) {
  const chosen = step.emails.find(({ id }) => id === value.testedId);
  const offered = step.emails.filter(({ id, variants }) => variants > 0 || id === value.testedId);
  const letters = Array.from({ length: chosen?.variants || most }, (_, index) =>
    String.fromCharCode(65 + index),
  );
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Select
        aria-label="Email with an A/B test"
        className="min-w-40 flex-1"
        value={value.testedId}
        onChange={({ target }) => onChange({ ...value, testedId: target.value })}
      >
        <option value="">
          {offered.length === 0 ? "No email before this has an A/B test" : "Choose an email…"}
        </option>
        {offered.map(({ id, label }) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
        {value.testedId && !chosen && <option value={value.testedId}>An email that is gone</option>}
      </Select>
      <Select
        aria-label="Variant"
        className="w-28"
        value={value.variant}
        onChange={({ target }) => onChange({ ...value, variant: target.value })}
      >
        {!letters.includes(value.variant) && <option value={value.variant}>Variant {value.variant}</option>}
        {letters.map((letter) => (
          <option key={letter} value={letter}>
            Variant {letter}
          </option>
        ))}
      </Select>
    </div>
  );
}
