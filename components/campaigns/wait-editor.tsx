"use client";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { Select } from "#components/ui/select";
import { waitUnits, type StepContent } from "#server/campaigns/schema";
import type { EditorProps } from "./step-editor.tsx";

type Wait = Extract<StepContent, { type: "wait" }>;

/** Only a whole number is saved; anything else stays in the box with a sentence below it. */
export function WaitEditor({ content, onChange, disabled }: EditorProps<Wait>) {
  const { value, unit } = content.duration;
  const wrong = !Number.isInteger(value) || value < 1 || value > 10_000;
  return (
    <fieldset disabled={disabled} className="flex flex-wrap items-start gap-3">
      <Field
        name="value"
        label="Wait for"
        className="w-32"
        error={wrong ? "Enter a whole number from 1 to 10,000." : undefined}
      >
        {(control) => (
          <Input
            {...control}
            type="number"
            min={1}
            max={10_000}
            step={1}
            defaultValue={value}
            onChange={(event) =>
              onChange({ ...content, duration: { value: event.target.valueAsNumber, unit } })
            }
          />
        )}
      </Field>
      <Field name="unit" label="Unit" className="w-36">
        {(control) => (
          <Select
            {...control}
            value={unit}
            onChange={(event) =>
              onChange({
                ...content,
                duration: { value, unit: event.target.value as (typeof waitUnits)[number] },
              })
            }
          >
            {waitUnits.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <p className="basis-full text-xs text-muted">
        Counted from when the email before it was really sent. Days and weeks keep the time of day. The next
        email still keeps to the send window.
      </p>
    </fieldset>
  );
}
