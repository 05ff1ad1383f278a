"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";
import { type EventWait, settableFields } from "#server/campaigns/schema";

type Props = { rule: EventWait; onChange: (rule: EventWait) => void };

/** Which field is waited for, and what it is to hold. */
export function FieldWait({ rule, onChange }: Props) {
  const trpc = useTRPC();
  const { data: custom = [], error } = useQuery(trpc.customFields.list.queryOptions());
  return (
    <>
      <Field
        name="field"
        label="Field"
        className="w-52"
        error={error ? `The custom fields could not be loaded. ${error.message}` : undefined}
      >
        {(control) => (
          <Select
            {...control}
            value={rule.field}
            onChange={({ target }) => onChange({ ...rule, field: target.value })}
          >
            <option value="">Choose a field…</option>
            {settableFields.map(({ name, label }) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
            {custom.map(({ name, label }) => (
              <option key={name} value={`custom.${name}`}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field
        name="value"
        label="Is"
        aside="Optional"
        className="w-52"
        placeholder="Anything at all"
        autoComplete="off"
        maxLength={200}
        defaultValue={rule.value}
        onChange={({ target }) => onChange({ ...rule, value: target.value })}
      />
    </>
  );
}
