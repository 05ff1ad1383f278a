"use client";
import { Select } from "#components/ui/select";
import { type ColumnMapping, fieldTypes } from "#server/imports/schema";
import { fieldTypeLabels } from "./field-types.tsx";

type Props = { mapping: ColumnMapping; name: string; onChange: (mapping: ColumnMapping) => void };

/** The type of a custom field that the import makes for a column. */
export function NewField({ mapping, name, onChange }: Props) {
  const type = mapping.fieldType ?? "text";
  const choices = mapping.choices ?? [];
  const some = choices.slice(0, 4).join(", ");
  return (
    <>
      <Select
        aria-label={`Type of ${name}`}
        className="w-full sm:w-38"
        value={type}
        onChange={(event) => {
          const fieldType = fieldTypes.find((each) => each === event.target.value) ?? "text";
          onChange({ ...mapping, fieldType });
        }}
      >
        {fieldTypes.map((each) => (
          <option key={each} value={each}>
            {fieldTypeLabels[each]}
          </option>
        ))}
      </Select>
      {(type === "select" || type === "multi_select") && (
        <p className="w-full text-xs text-muted">
          {choices.length > 0
            ? `${choices.length} choices: ${some}${choices.length > 4 ? " …" : ""}`
            : "Its choices are those that the file holds."}
        </p>
      )}
    </>
  );
}
