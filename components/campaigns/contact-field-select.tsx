"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";
import { settableFields } from "#server/campaigns/schema";

type Props = { value: string; onChange: (field: string) => void; className?: string };

/** One field of a contact by its name in rules: a standard one, or `custom.<name>`. */
export function ContactFieldSelect({ value, onChange, className }: Props) {
  const trpc = useTRPC();
  const { data: custom, error } = useQuery(trpc.customFields.list.queryOptions());
  const options = [
    ...settableFields,
    ...(custom ?? []).map(({ name, label }) => ({ name: `custom.${name}`, label })),
  ];
  const missing = value !== "" && !options.some(({ name }) => name === value);
  return (
    <Field
      name="field"
      label="Field"
      className={className}
      error={error ? `The custom fields could not be loaded. ${error.message}` : undefined}
    >
      {(control) => (
        <Select {...control} value={value} onChange={({ target }) => onChange(target.value)}>
          <option value="">Choose a field…</option>
          {options.map(({ name, label }) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
          {missing && <option value={value}>{custom ? "A field that is gone" : "…"}</option>}
        </Select>
      )}
    </Field>
  );
}
