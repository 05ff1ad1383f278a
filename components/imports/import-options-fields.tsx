"use client";
import { Field } from "#components/ui/field";
import { RadioCards } from "#components/ui/radio-cards";
import { Section } from "#components/ui/section";
import { Select } from "#components/ui/select";
import { ValueList } from "#components/segments/value-list";
import type { DuplicateStrategy, ImportOptions } from "#server/imports/schema";
import type { Vocabulary } from "./import-wizard.tsx";

type Props = {
  options: ImportOptions;
  vocabulary: Vocabulary;
  /** What is wrong with the name of the new list. */
  problem: string | undefined;
  onChange: (options: ImportOptions) => void;
};

/** What the import does with people it knows, and where it puts everybody. */
export function ImportOptionsFields({ options, vocabulary, problem, onChange }: Props) {
  const { lists, tags } = vocabulary;
  const choice = options.newList !== null && options.newList !== undefined ? "new" : (options.listId ?? "");
  return (
    <>
      <Section
        title="People who are here already"
        description="Known by their address. A blank cell never removes a value, and nobody is resubscribed."
      >
        <RadioCards
          name="duplicates"
          legend="People who are here already"
          hideLegend
          className="sm:grid-cols-3"
          value={options.duplicates}
          onChange={(value) => onChange({ ...options, duplicates: value as DuplicateStrategy })}
          options={[
            { value: "overwrite", label: "Update", hint: "Values of the file replace those that are here." },
            {
              value: "fill_blanks",
              label: "Fill blanks",
              hint: "Values of the file fill fields that are empty.",
            },
            { value: "skip", label: "Skip", hint: "Their fields stay as they are." },
          ]}
        />
      </Section>
      <Section title="Everybody in the file" description="New people and known ones alike.">
        <div className="grid gap-4 sm:grid-cols-2">
          <Field name="list" label="Add to a list" aside="Optional">
            {(control) => (
              <Select
                {...control}
                value={choice}
                onChange={(event) => {
                  const value = event.target.value;
                  onChange({
                    ...options,
                    listId: value === "" || value === "new" ? null : value,
                    newList: value === "new" ? "" : null,
                  });
                }}
              >
                <option value="">No list</option>
                <option value="new">A new list…</option>
                {lists.map((list) => (
                  <option key={list.id} value={list.id}>
                    {list.name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {choice === "new" && (
            <Field
              name="newList"
              label="Name of the new list"
              required
              error={problem}
              maxLength={120}
              value={options.newList ?? ""}
              autoComplete="off"
              onChange={(event) => onChange({ ...options, newList: event.target.value })}
            />
          )}
          <div className="space-y-1.5 sm:col-span-2">
            <p className="font-medium">
              Tags <span className="text-xs font-normal text-muted">Optional</span>
            </p>
            <ValueList
              label="Tags for everybody"
              className="w-full"
              values={options.tags}
              suggestions={tags.map(({ name }) => name)}
              onChange={(next) => onChange({ ...options, tags: next.map((tag) => tag.toLowerCase()) })}
            />
          </div>
        </div>
      </Section>
    </>
  );
}
