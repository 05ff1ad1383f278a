import { Checkbox } from "#components/ui/checkbox";
import type { ControlProps } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { Select } from "#components/ui/select";
import type { CustomField } from "#server/custom-fields/schema";

type Props = {
  control: ControlProps;
  field: Pick<CustomField, "type" | "options"> & { validation?: CustomField["validation"] };
  /** As `shownValue` gives it. */
  value?: string;
};

/** The control that fits the type of a custom field. It submits what `readCustomValue` reads. */
export function CustomFieldControl({ control, field, value = "" }: Props) {
  switch (field.type) {
    case "text":
      return (
        <Input
          {...control}
          defaultValue={value}
          maxLength={field.validation?.lengthMax ?? 1000}
          autoComplete="off"
        />
      );
    case "number":
      return <Input {...control} defaultValue={value} inputMode="decimal" autoComplete="off" />;
    case "date":
      return (
        <Input
          {...control}
          type="date"
          min={field.validation?.min}
          max={field.validation?.max}
          defaultValue={value}
        />
      );
    case "boolean":
      return (
        <Select {...control} defaultValue={value}>
          <option value="">Not known</option>
          <option value="yes">Yes</option>
          <option value="no">No</option>
        </Select>
      );
    case "select":
      return (
        <Select {...control} defaultValue={value}>
          <option value="">None</option>
          {field.options.map((option) => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
        </Select>
      );
    case "multi_select": {
      const picked = value.split(", ");
      return (
        <div
          role="group"
          id={control.id}
          aria-describedby={control["aria-describedby"]}
          className="flex flex-wrap gap-x-4 gap-y-1.5"
        >
          {field.options.map((option) => (
            <Checkbox
              key={option}
              name={control.name}
              value={option}
              label={option}
              defaultChecked={picked.includes(option)}
            />
          ))}
        </div>
      );
    }
  }
}
