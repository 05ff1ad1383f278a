"use client";
import { useQuery } from "@tanstack/react-query";
import { CustomFieldControl } from "#components/contacts/custom-field-control";
import { useTRPC } from "#components/trpc/client";
import { Checkbox } from "#components/ui/checkbox";
import { Field, type ControlProps } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { Select } from "#components/ui/select";
import type { Action } from "#server/campaigns/schema";
import type { CustomField } from "#server/custom-fields/schema";
import { lifecycleStages } from "#server/segments/schema";
import { ContactFieldSelect } from "./contact-field-select.tsx";

type Update = Extract<Action, { type: "update_field" }>;
type Props = { action: Update; onChange: (action: Update) => void };

/** Which field of the contact an action sets, and to what. */
export function FieldSetter({ action, onChange }: Props) {
  const trpc = useTRPC();
  const { data: custom = [] } = useQuery(trpc.customFields.list.queryOptions());
  const chosen = custom.find((field) => `custom.${field.name}` === action.field);
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <Checkbox
        className="order-last sm:col-span-2"
        label={
          action.field === "lifecycle_stage" ? "Only while they are “new”" : "Only if the field is empty"
        }
        checked={action.onlyIfEmpty}
        onChange={(event) => onChange({ ...action, onlyIfEmpty: event.target.checked })}
      />
      <ContactFieldSelect
        value={action.field}
        onChange={(field) => onChange({ ...action, field, value: "" })}
      />
      <Field key={action.field} name="value" label="New value" hint={hintFor(action, chosen)}>
        {(control) => (
          <Value
            control={control}
            action={action}
            field={chosen}
            onChange={(value) => onChange({ ...action, value })}
          />
        )}
      </Field>
    </div>
  );
}

function hintFor({ field, value }: Update, chosen: CustomField | undefined): string | undefined {
  if (chosen?.type === "multi_select")
    return `Several with commas between them: ${chosen.options.join(", ")}.`;
  return value || field === "lifecycle_stage" ? undefined : "Empty clears the field.";
}

type ValueProps = {
  control: ControlProps;
  action: Update;
  field: CustomField | undefined;
  onChange: (value: string) => void;
};

function Value({ control, action, field, onChange }: ValueProps) {
  if (field && field.type !== "multi_select") {
    return (
      <div
        onChange={({ target }) => {
          if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement)
            onChange(target.value);
        }}
      >
        <CustomFieldControl control={control} field={field} value={action.value} />
      </div>
    );
  }
  if (action.field === "lifecycle_stage") {
    return (
      <Select {...control} value={action.value} onChange={(event) => onChange(event.target.value)}>
        <option value="">Choose a stage…</option>
        {lifecycleStages.map((stage) => (
          <option key={stage} value={stage}>
            {stage.replaceAll("_", " ")}
          </option>
        ))}
      </Select>
    );
  }
  return (
    <Input
      {...control}
      maxLength={1000}
      defaultValue={action.value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
