"use client";
import { Combobox, type Option } from "#components/ui/combobox";
import type { ControlProps } from "#components/ui/field";
import { Select } from "#components/ui/select";
import type { NameKind } from "#server/segments/schema";
import { useNames } from "./use-names.tsx";

type Props = {
  kind: NameKind;
  /** What came with the page; undefined while it is being fetched. */
  held: readonly Option[] | undefined;
  /** What choosing nothing is called; without it, something is always chosen as long as all fit in. */
  none?: string;
  /** Further choices that are no names, behind `none`. */
  also?: readonly Option[];
  value?: string;
  defaultValue?: string;
  onChange?: (value: string) => void;
  /** How an option reads, where its label alone does not say it. */
  words?: (option: Option) => string;
  /** Headings of the select, by the hint of what stands under them. */
  groups?: Readonly<Record<string, string>>;
  className?: string;
  disabled?: boolean;
  name?: string;
  "aria-label"?: string;
} & Partial<ControlProps>;

/** One of the lists, campaigns and so on: the browser's own select, or a search where there are too many for one. */
export function NameSelect({
  kind,
  held,
  none,
  also = [],
  value,
  defaultValue = "",
  onChange,
  words = ({ label }) => label,
  groups,
  className,
  disabled,
  ...control
}: Props) {
  const chosen = value ?? defaultValue;
  const { options, more, search, labelOf } = useNames({ kind, held, chosen: [chosen] });
  const first = [...(none === undefined ? [] : [{ value: "", label: none }]), ...also];
  const isGone = chosen !== "" && ![...first, ...options].some((option) => option.value === chosen);
  const picked = isGone ? (labelOf(chosen) ?? "One that is gone") : null;
  const asOptions = (some: readonly Option[]) =>
    some.map((option) => (
      <option key={option.value} value={option.value}>
        {words(option)}
      </option>
    ));
  if (more)
    return (
      <Combobox
        {...control}
        {...search}
        className={className}
        options={[...first, ...options.map((option) => ({ ...option, label: words(option) }))]}
        {...(value === undefined ? { defaultValue } : { value })}
        {...(picked && { chosenLabel: picked })}
        {...(onChange && { onChange })}
      />
    );
  return (
    <Select
      {...control}
      className={className}
      disabled={disabled ?? held === undefined}
      // What is chosen may come after the page.
      key={held === undefined ? "coming" : "here"}
      {...(value === undefined ? { defaultValue } : { value })}
      {...(onChange && { onChange: (event) => onChange(event.target.value) })}
    >
      {asOptions(first)}
      {picked !== null && <option value={chosen}>{picked}</option>}
      {groups
        ? Object.entries(groups).map(([hint, label]) => (
            <optgroup key={hint} label={label}>
              {asOptions(options.filter((option) => option.hint === hint))}
            </optgroup>
          ))
        : asOptions(options)}
    </Select>
  );
}
