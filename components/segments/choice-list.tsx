"use client";
import { Combobox, type Option } from "#components/ui/combobox";
import { Chips } from "./chips.tsx";

type Props = {
  label: string;
  placeholder: string;
  empty?: string;
  values: string[];
  options: Option[];
  /** What a value that is no option any more is called. */
  gone?: string;
  onChange: (values: string[]) => void;
};

/** Several of a known set. */
export function ChoiceList({ label, placeholder, empty, values, options, gone, onChange }: Props) {
  const labelOf = (value: string) => options.find((option) => option.value === value)?.label ?? gone ?? value;
  return (
    <div>
      <Chips
        label={`${label}, chosen`}
        items={values.map((value) => ({ value, label: labelOf(value) }))}
        onRemove={(removed) => onChange(values.filter((value) => value !== removed))}
      />
      <Combobox
        aria-label={label}
        value=""
        placeholder={placeholder}
        empty={empty}
        options={options.filter((option) => !values.includes(option.value))}
        onChange={(value) => onChange([...values, value])}
      />
    </div>
  );
}
