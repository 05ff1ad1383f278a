"use client";
import { Combobox, type Option } from "#components/ui/combobox";
import { Chips } from "#components/ui/chips";

type Props = {
  label: string;
  placeholder: string;
  empty?: string;
  values: string[];
  options: Option[];
  /** What a value that is no option any more is called. */
  gone?: string;
  /** How a value is called that may not be among the options; null when it is gone. */
  labelOf?: (value: string) => string | null;
  /** Where the options are found by words: what a `Combobox` needs for that. */
  search?: { onSearch?: (words: string) => void; empty?: string; foot?: string };
  onChange: (values: string[]) => void;
};

/** Several of a known set. */
export function ChoiceList({
  label,
  placeholder,
  empty,
  values,
  options,
  gone,
  labelOf,
  search,
  onChange,
}: Props) {
  const called = (value: string) =>
    options.find((option) => option.value === value)?.label ?? labelOf?.(value) ?? gone ?? value;
  return (
    <div>
      <Chips
        label={`${label}, chosen`}
        items={values.map((value) => ({ value, label: called(value) }))}
        onRemove={(removed) => onChange(values.filter((value) => value !== removed))}
      />
      <Combobox
        aria-label={label}
        value=""
        placeholder={placeholder}
        empty={empty}
        {...search}
        options={options.filter((option) => !values.includes(option.value))}
        onChange={(value) => onChange([...values, value])}
      />
    </div>
  );
}
