"use client";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";
import { type WaitDuration, waitUnits } from "#server/campaigns/schema";

type Props = { label: string; rule: WaitDuration; onChange: (rule: WaitDuration) => void };

/** A length of time. What cannot be saved yet stays in the box with a sentence below it. */
export function DurationFields({ label, rule, onChange }: Props) {
  const { value, unit } = rule;
  const wrong = !Number.isInteger(value) || value < 1 || value > 10_000;
  return (
    <>
      <Field
        name="value"
        type="number"
        label={label}
        className="w-32"
        min={1}
        max={10_000}
        step={1}
        defaultValue={value}
        error={wrong ? "Enter a whole number from 1 to 10,000." : undefined}
        onChange={({ target }) => onChange({ value: target.valueAsNumber, unit })}
      />
      <Field name="unit" label="Unit" className="w-40">
        {(control) => (
          <Select
            {...control}
            value={unit}
            onChange={({ target }) => onChange({ value, unit: target.value as WaitDuration["unit"] })}
          >
            {waitUnits.map((each) => (
              <option key={each} value={each}>
                {each.replace("_", " ")}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </>
  );
}
