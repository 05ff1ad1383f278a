"use client";
import { Select } from "#components/ui/select";
import {
  type ColumnMapping,
  specialTargetLabels,
  specialTargets,
  standardFieldLabels,
  standardFields,
} from "#server/imports/schema";
import type { Vocabulary } from "./import-wizard.tsx";

type Props = {
  mapping: ColumnMapping;
  label: string;
  /** The custom field that this column would make. */
  fresh: string;
  customFields: Vocabulary["customFields"];
  /** Fields that other columns go to already. */
  taken: ReadonlyMap<string, string>;
  onChange: (target: string) => void;
};

/** Where one column goes. */
export function TargetSelect({ mapping, label, fresh, customFields, taken, onChange }: Props) {
  const known = customFields.map((field) => ({ value: `custom.${field.name}`, label: field.label }));
  const made = known.some(({ value }) => value === fresh) ? null : fresh;
  const name = (value: string, text: string) => {
    const by = taken.get(value);
    return by !== undefined && value !== mapping.target ? `${text} (${by})` : text;
  };
  return (
    <Select
      aria-label={label}
      className="w-full sm:w-44"
      value={mapping.target}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="ignore">Leave out</option>
      {made && <option value={made}>New field</option>}
      <optgroup label="Contact">
        {standardFields.map((field) => (
          <option key={field} value={field}>
            {name(field, standardFieldLabels[field])}
          </option>
        ))}
      </optgroup>
      <optgroup label="Also">
        {specialTargets.map((target) => (
          <option key={target} value={target}>
            {name(target, specialTargetLabels[target])}
          </option>
        ))}
      </optgroup>
      {known.length > 0 && (
        <optgroup label="Custom fields">
          {known.map(({ value, label: text }) => (
            <option key={value} value={value}>
              {name(value, text)}
            </option>
          ))}
        </optgroup>
      )}
    </Select>
  );
}
