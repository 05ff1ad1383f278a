"use client";
import { Select } from "#components/ui/select";
import { type Column, Table } from "#components/ui/table";
import { type ColumnMapping, standardFieldLabels, standardFields } from "#server/imports/schema";
import type { Inspection, Vocabulary } from "./import-wizard.tsx";

type Props = {
  inspection: Inspection;
  mapping: ColumnMapping[];
  customFields: Vocabulary["customFields"];
  onChange: (mapping: ColumnMapping[]) => void;
};

/** The columns of the file with their first values, each with the field it goes to. */
export function ColumnTable({ inspection, mapping, customFields, onChange }: Props) {
  const set = (column: number, target: string) =>
    onChange(mapping.map((each) => (each.column === column ? { ...each, target } : each)));
  const guessed = (column: number) => inspection.mapping.find((each) => each.column === column)?.target;
  const columns: Column<ColumnMapping>[] = [
    {
      key: "header",
      header: "Column",
      cell: ({ header, column }) => (
        <span className="break-all">{header || <em className="text-muted">Column {column + 1}</em>}</span>
      ),
    },
    {
      key: "sample",
      header: "First values",
      cell: ({ column }) => (
        <span className="block max-w-64 truncate text-muted max-sm:text-right">
          {inspection.sample
            .map((row) => row[column])
            .filter((value) => value?.trim())
            .slice(0, 3)
            .join(" · ") || "blank"}
        </span>
      ),
    },
    {
      key: "target",
      header: "Goes to",
      cell: ({ column, header, target }) => (
        <Select
          aria-label={`Field for ${header || `column ${column + 1}`}`}
          className="w-52"
          value={target}
          onChange={(event) => set(column, event.target.value)}
        >
          <option value="ignore">Leave out</option>
          <optgroup label="Contact">
            {standardFields.map((field) => (
              <option key={field} value={field}>
                {standardFieldLabels[field]}
              </option>
            ))}
            <option value="tags">Tags</option>
          </optgroup>
          <optgroup label="Custom fields">
            {customTargets(customFields, guessed(column), target).map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </optgroup>
        </Select>
      ),
    },
  ];
  return (
    <Table
      label="Columns of the file"
      className="rounded-none border-0 shadow-none"
      columns={columns}
      rows={mapping}
      rowKey={({ column }) => String(column)}
    />
  );
}

/** The workspace's custom fields, and the new one this column would make. */
function customTargets(fields: Vocabulary["customFields"], guess: string | undefined, target: string) {
  const known = fields.map(({ name, label }) => ({ value: `custom.${name}`, label }));
  const fresh = [guess, target].find(
    (each) => each?.startsWith("custom.") && !known.some(({ value }) => value === each),
  );
  return fresh ? [...known, { value: fresh, label: `${fresh.slice("custom.".length)} (new)` }] : known;
}
