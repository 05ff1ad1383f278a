"use client";
import { useState } from "react";
import { Checkbox } from "#components/ui/checkbox";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";
import {
  delimiterLabels,
  encodingLabels,
  encodings,
  type FilePreview,
  type FormatChoice,
  formatChoice,
  knownDelimiters,
} from "#server/imports/formats/schema";

type Props = { preview: FilePreview; disabled: boolean; onFormat: (choice: FormatChoice) => void };

/** What was found out about the file, each to be set right. A change reads the file anew at once. */
export function FormatFields({ preview, disabled, onFormat }: Props) {
  const { kind, entries, entry, sheets, sheet, encoding, quote, header } = preview;
  return (
    <div className="grid gap-x-4 gap-y-3 pt-3 sm:grid-cols-3">
      {entries.length > 1 && (
        <Choice
          label="File in the archive"
          value={entry ?? ""}
          disabled={disabled}
          options={entries.map(({ name }) => ({ value: name, label: name }))}
          onChange={(value) => onFormat({ entry: value })}
        />
      )}
      {sheets.length > 0 && (
        <Choice
          label="Sheet"
          value={sheet ?? ""}
          disabled={disabled}
          options={sheets.map(({ name, hidden }) => ({
            value: name,
            label: hidden ? `${name} (hidden)` : name,
          }))}
          onChange={(value) => onFormat({ sheet: value })}
        />
      )}
      {kind !== "xlsx" && (
        <Choice
          label="Encoding"
          value={encoding}
          disabled={disabled}
          options={encodings.map((each) => ({ value: each, label: encodingLabels[each] }))}
          onChange={(value) => onFormat(formatChoice.pick({ encoding: true }).parse({ encoding: value }))}
        />
      )}
      {kind === "delimited" && (
        <>
          <DelimiterChoice
            key={preview.delimiter}
            delimiter={preview.delimiter ?? ","}
            disabled={disabled}
            onFormat={onFormat}
          />
          <Choice
            label="Quotation marks"
            value={quote ?? '"'}
            disabled={disabled}
            options={[
              { value: '"', label: 'Double (")' },
              { value: "'", label: "Single (')" },
              { value: "", label: "None" },
            ]}
            onChange={(value) => onFormat(formatChoice.pick({ quote: true }).parse({ quote: value }))}
          />
        </>
      )}
      {(kind === "delimited" || kind === "xlsx") && (
        <Checkbox
          className="sm:col-span-3"
          label="The first line holds the names of the columns"
          checked={header}
          disabled={disabled}
          onChange={(event) => onFormat({ header: event.target.checked })}
        />
      )}
    </div>
  );
}

type ChoiceProps = {
  label: string;
  value: string;
  disabled: boolean;
  options: { value: string; label: string }[];
  onChange: (value: string) => void;
};

function Choice({ label, value, disabled, options, onChange }: ChoiceProps) {
  return (
    <Field name={label} label={label}>
      {(control) => (
        <Select
          {...control}
          value={value}
          disabled={disabled}
          onChange={(event) => onChange(event.target.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

/** One of the usual delimiters, or any other that is typed. */
function DelimiterChoice({
  delimiter,
  disabled,
  onFormat,
}: {
  delimiter: string;
  disabled: boolean;
  onFormat: (choice: FormatChoice) => void;
}) {
  const usual = knownDelimiters.some((each) => each === delimiter);
  const [typing, setTyping] = useState(!usual);
  const [problem, setProblem] = useState<string | null>(null);
  function take(text: string) {
    if (text === delimiter) return;
    const parsed = formatChoice.pick({ delimiter: true }).safeParse({ delimiter: text });
    setProblem(parsed.success ? null : (parsed.error.issues[0]?.message ?? null));
    if (parsed.success) onFormat(parsed.data);
  }
  return (
    <div className="space-y-1.5">
      <Choice
        label="Columns are divided by"
        value={typing ? "other" : delimiter}
        disabled={disabled}
        options={[
          ...knownDelimiters.map((each) => ({ value: each, label: delimiterLabels[each] ?? each })),
          { value: "other", label: "Another character…" },
        ]}
        onChange={(value) => {
          setTyping(value === "other");
          if (value !== "other") take(value);
        }}
      />
      {typing && (
        <Field
          name="delimiter"
          label="Character between the columns"
          defaultValue={usual ? "" : delimiter}
          maxLength={3}
          autoComplete="off"
          disabled={disabled}
          error={problem}
          onBlur={(event) => take(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            take(event.currentTarget.value);
          }}
        />
      )}
    </div>
  );
}
