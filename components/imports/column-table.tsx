"use client";
import { type Column, Table } from "#components/ui/table";
import { type ColumnMapping, standardFieldLabels } from "#server/imports/schema";
import { ColumnGuess } from "./column-guess.tsx";
import type { Inspection, Vocabulary } from "./import-wizard.tsx";
import { NewField } from "./new-field.tsx";
import { TargetSelect } from "./target-select.tsx";

type Props = {
  inspection: Inspection;
  mapping: ColumnMapping[];
  customFields: Vocabulary["customFields"];
  onChange: (mapping: ColumnMapping[]) => void;
};

/** The columns of the file with some values of each, and the field each goes to. */
export function ColumnTable({ inspection, mapping, customFields, onChange }: Props) {
  const set = (changed: ColumnMapping) =>
    onChange(mapping.map((each) => (each.column === changed.column ? changed : each)));
  const taken = new Map(
    mapping.flatMap(({ target, header, column }) =>
      target === "ignore" ? [] : [[target, nameOf(header, column)] as const],
    ),
  );
  const columns: Column<ColumnMapping>[] = [
    {
      key: "header",
      header: "Column",
      className: "align-top",
      cell: ({ header, column }) => (
        <span className="block max-w-56 pt-1 break-words max-sm:pt-0">
          {header || <em className="font-normal text-muted">Column {column + 1}</em>}
        </span>
      ),
    },
    {
      key: "sample",
      header: "Values",
      className: "align-top max-sm:flex-col max-sm:items-start max-sm:gap-1",
      cell: ({ column }) => <Values values={inspection.sample.map((row) => row[column] ?? "")} />,
    },
    {
      key: "target",
      header: "Goes to",
      className: "align-top max-sm:flex-col max-sm:items-stretch max-sm:gap-1",
      cell: (each) => {
        const { column, header, target } = each;
        const name = nameOf(header, column);
        const guess = inspection.mapping.find((guessed) => guessed.column === column);
        const fresh = freshTarget(guess, each, customFields);
        return (
          <div className="flex w-full flex-wrap gap-1.5 sm:w-84">
            <TargetSelect
              mapping={each}
              label={`Field for ${name}`}
              fresh={fresh}
              customFields={customFields}
              taken={taken}
              onChange={(next) => set({ ...(guess ?? each), column, header, target: next })}
            />
            {target === fresh && isNew(target, customFields) && (
              <NewField mapping={each} name={name} onChange={set} />
            )}
            <ColumnGuess inspection={inspection} mapping={each} />
          </div>
        );
      },
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

const nameOf = (header: string, column: number) => header || `column ${column + 1}`;

export const isNew = (target: string, fields: Vocabulary["customFields"]) =>
  target.startsWith("custom.") && !fields.some(({ name }) => target === `custom.${name}`);

/** The custom field that a column makes when it is asked to: what was guessed, else its own name. */
function freshTarget(
  guess: ColumnMapping | undefined,
  { target, header, column }: ColumnMapping,
  fields: Vocabulary["customFields"],
): string {
  const known = [target, guess?.target].find((each) => each !== undefined && isNew(each, fields));
  if (known) return known;
  const plain = header
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "")
    .slice(0, 60);
  const reserved = plain in standardFieldLabels;
  return `custom.${plain && !reserved ? plain : `column_${column + 1}`}`;
}

function Values({ values }: { values: string[] }) {
  const some = [...new Set(values.filter((value) => value.trim() !== ""))].slice(0, 3);
  if (some.length === 0) return <span className="text-faint italic">blank in the first rows</span>;
  return (
    <ul className="flex max-w-64 flex-wrap gap-1 pt-1 max-sm:max-w-full">
      {some.map((value) => (
        <li
          key={value}
          title={value}
          className="max-w-48 truncate rounded-sm bg-selected px-1.5 text-xs leading-5 text-muted"
        >
          {value}
        </li>
      ))}
    </ul>
  );
}
