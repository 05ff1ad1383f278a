"use client";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Select } from "#components/ui/select";
import { type ColumnMapping, type FieldType, fieldTypes } from "#server/imports/schema";
import { fieldTypeLabels } from "./field-types.tsx";

type Props = {
  column: ColumnMapping;
  pending: boolean;
  onRetype: (column: ColumnMapping) => void;
};

/** Values that do not fit a field which this import makes: another type may be the better repair than every row. */
export function RetypeField({ column, pending, onRetype }: Props) {
  const now: FieldType = column.fieldType ?? "text";
  const [type, setType] = useState<FieldType>("text");
  const name = column.header || `Column ${column.column + 1}`;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-t bg-sunken px-4 py-2.5 sm:px-5">
      <p className="min-w-0 flex-1 basis-64 break-words text-muted">
        “{name}” is a new field of the type “{fieldTypeLabels[now]}”. Another type may fit its values.
      </p>
      <Select
        aria-label={`Another type for ${name}`}
        className="w-full sm:w-38"
        value={type}
        onChange={(event) => setType(fieldTypes.find((each) => each === event.target.value) ?? "text")}
      >
        {fieldTypes
          .filter((each) => each !== now)
          .map((each) => (
            <option key={each} value={each}>
              {fieldTypeLabels[each]}
            </option>
          ))}
      </Select>
      <Button
        size="sm"
        pending={pending}
        onClick={() => onRetype({ ...column, fieldType: type, choices: undefined })}
      >
        Change and check again
      </Button>
    </div>
  );
}
