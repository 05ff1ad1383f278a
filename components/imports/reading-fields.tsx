"use client";
import { Checkbox } from "#components/ui/checkbox";
import { Combobox } from "#components/ui/combobox";
import { Field } from "#components/ui/field";
import { Section } from "#components/ui/section";
import { Select } from "#components/ui/select";
import { type ColumnMapping, dateOrders, type FieldType, type ReadingOptions } from "#server/imports/schema";
import { countryOptions } from "./countries.tsx";
import { dateOrderLabels } from "./field-types.tsx";

type Props = {
  reading: ReadingOptions;
  mapping: ColumnMapping[];
  /** The type that a column's values are read as. */
  typeOf: (column: ColumnMapping) => FieldType | null;
  onChange: (reading: ReadingOptions) => void;
};

/** How phone numbers, dates and numbers of the file are meant. Only what the columns call for is asked. */
export function ReadingFields({ reading, mapping, typeOf, onChange }: Props) {
  const set = (change: Partial<ReadingOptions>) => onChange({ ...reading, ...change });
  const goesTo = (target: string) => mapping.some((column) => column.target === target);
  const phones = goesTo("phone");
  const companies = goesTo("company");
  const dates = goesTo("updated_at") || mapping.some((column) => typeOf(column) === "date");
  const numbers = goesTo("lead_score") || mapping.some((column) => typeOf(column) === "number");
  if (!phones && !companies && !dates && !numbers) return null;
  return (
    <Section title="How the values are meant" description="Asked only where the columns above call for it.">
      <div className="grid gap-x-4 gap-y-4 sm:grid-cols-2">
        {phones && (
          <Field
            name="country"
            label="Phone numbers without + are from"
            hint="0171 2345678 becomes +491712345678 with Germany. Without a country, such numbers stay as written."
          >
            {(control) => (
              <Combobox
                {...control}
                value={reading.country ?? ""}
                onChange={(country) => set({ country: country === "" ? null : country })}
                options={[{ value: "", label: "No country" }, ...countryOptions()]}
              />
            )}
          </Field>
        )}
        {dates && (
          <Field name="dateOrder" label="Dates are written" hint="2026-05-31 is understood in any case.">
            {(control) => (
              <Select
                {...control}
                value={reading.dateOrder}
                onChange={(event) => {
                  const order = dateOrders.find((each) => each === event.target.value);
                  if (order) set({ dateOrder: order });
                }}
              >
                {dateOrders.map((order) => (
                  <option key={order} value={order}>
                    {dateOrderLabels[order]}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        {dates && (
          <Field name="timeZone" label="Times without a zone are in">
            {(control) => (
              <Combobox
                {...control}
                value={reading.timeZone}
                onChange={(timeZone) => set({ timeZone })}
                options={zoneOptions(reading.timeZone)}
              />
            )}
          </Field>
        )}
        {numbers && (
          <Field name="decimal" label="Numbers are written">
            {(control) => (
              <Select
                {...control}
                value={reading.decimal}
                onChange={(event) => set({ decimal: event.target.value === "," ? "," : "." })}
              >
                <option value=".">1,234.5 (point)</option>
                <option value=",">1.234,5 (comma)</option>
              </Select>
            )}
          </Field>
        )}
        {companies && (
          <Checkbox
            className="sm:col-span-2"
            label="Write companies in title case"
            hint="ACME WIDGETS becomes Acme Widgets."
            checked={reading.titleCaseCompany}
            onChange={(event) => set({ titleCaseCompany: event.target.checked })}
          />
        )}
      </div>
    </Section>
  );
}

export function zoneOptions(current: string) {
  const zones = new Set(["UTC", current, ...Intl.supportedValuesOf("timeZone")]);
  return [...zones].map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }));
}
