import { CustomFieldControl } from "#components/contacts/custom-field-control";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { type CustomFieldType, shownValue } from "#server/custom-fields/schema";
import type { RouterOutputs } from "#server/router";

type CustomField = RouterOutputs["customFields"]["list"][number];
type Props = {
  type: CustomFieldType;
  field: CustomField | undefined;
  /** By input. */
  problems: Readonly<Record<string, string>>;
};

/** What values of a field must fit, and what new contacts get in it. */
export function FieldRules({ type, field, problems }: Props) {
  const limits = field?.validation ?? {};
  const choice = type === "select" || type === "multi_select";
  return (
    <>
      {(type === "number" || type === "date") && (
        <div className="grid grid-cols-2 gap-3">
          <Limit name="min" label="Lowest" type={type} value={limits.min} problems={problems} />
          <Limit name="max" label="Highest" type={type} value={limits.max} problems={problems} />
        </div>
      )}
      {type === "text" && (
        <Limit
          name="lengthMax"
          label="Most characters"
          type="number"
          value={limits.lengthMax}
          problems={problems}
        />
      )}
      <Field
        name="defaultValue"
        label="Default"
        hint={
          type === "multi_select"
            ? "Options with commas between them. New contacts get them unless somebody says otherwise."
            : "New contacts get it unless somebody says otherwise: in the form, by an import, over the API."
        }
        error={problems.defaultValue}
      >
        {(control) =>
          choice ? (
            <Input {...control} defaultValue={shownValue(field?.defaultValue)} autoComplete="off" />
          ) : (
            <CustomFieldControl
              key={type}
              control={control}
              field={{ type, options: [] }}
              value={shownValue(field?.defaultValue)}
            />
          )
        }
      </Field>
    </>
  );
}

type LimitProps = {
  name: "min" | "max" | "lengthMax";
  label: string;
  type: "number" | "date";
  value: string | number | undefined;
  problems: Props["problems"];
};

function Limit({ name, label, type, value = "", problems }: LimitProps) {
  return (
    <Field name={`limits.${name}`} label={label} error={problems[`limits.${name}`]}>
      {(control) =>
        type === "date" ? (
          <Input {...control} type="date" defaultValue={value} />
        ) : (
          <Input
            {...control}
            inputMode="decimal"
            placeholder="No limit"
            defaultValue={value}
            autoComplete="off"
          />
        )
      }
    </Field>
  );
}
