"use client";
import { Select } from "#components/ui/select";
import type { DraftPassage } from "./rule-draft.tsx";
import type { Vocabulary } from "./rule-fields.tsx";

type Props = {
  value: DraftPassage;
  step: NonNullable<Vocabulary["step"]>;
  onChange: (value: DraftPassage) => void;
};

/** Which step they came by, and which way they left it. */
export function PassageValue({ value, step, onChange }: Props) {
  const chosen = step.before.find(({ id }) => id === value.stepId);
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Select
        aria-label="Step"
        className="min-w-40 flex-1"
        value={value.stepId}
        onChange={({ target }) => onChange({ stepId: target.value, way: "any" })}
      >
        <option value="">Choose a step…</option>
        {step.before.map(({ id, label }) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
        {value.stepId && !chosen && <option value={value.stepId}>A step that is gone</option>}
      </Select>
      {chosen?.branches && (
        <Select
          aria-label="Branch"
          className="min-w-32 flex-1"
          value={value.way}
          onChange={({ target }) => onChange({ ...value, way: target.value as DraftPassage["way"] })}
        >
          <option value="any">by any branch</option>
          <option value="true">by “{chosen.branches.true}”</option>
          <option value="false">by “{chosen.branches.false}”</option>
        </Select>
      )}
    </div>
  );
}
