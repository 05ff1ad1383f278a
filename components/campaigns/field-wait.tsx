import { Field } from "#components/ui/field";
import type { EventWait } from "#server/campaigns/schema";
import { ContactFieldSelect } from "./contact-field-select.tsx";

type Props = { rule: EventWait; onChange: (rule: EventWait) => void };

/** Which field is waited for, and what it is to hold. */
export function FieldWait({ rule, onChange }: Props) {
  return (
    <>
      <ContactFieldSelect
        className="w-52"
        value={rule.field}
        onChange={(field) => onChange({ ...rule, field })}
      />
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
