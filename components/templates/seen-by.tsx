"use client";
import { useState } from "react";
import { Combobox, type Option } from "#components/ui/combobox";
import { Field } from "#components/ui/field";
import { Textarea } from "#components/ui/textarea";
import type { SeenAs } from "#server/mail/schema";
import { useJsonSample } from "./use-json-sample.tsx";

type Person = { id: string; email: string; name: string | null };

type Props = {
  /** Whom the words last searched for have found; undefined while nobody knows. */
  people: Person[] | undefined;
  onSearch: (words: string) => void;
  value: SeenAs;
  onChange: (value: SeenAs) => void;
  /** What is wrong with the JSON. */
  jsonError: string | undefined;
};

const example: Option = { value: "", label: "Ada Lovelace (an example)" };
const typed: Option = { value: "json", label: "Somebody else", hint: "Fields as JSON" };

/** Whom a preview is made for: anybody, found by name or address; somebody made up, field by field; or the example. */
export function SeenBy({ people, onSearch, value, onChange, jsonError }: Props) {
  const [chosen, setChosen] = useState(example);
  const [searching, setSearching] = useState(false);
  const [sample, setSample] = useJsonSample();
  const found = (people ?? []).map(({ id, email, name }): Option => ({
    value: id,
    label: name ?? email,
    hint: name ? email : undefined,
  }));
  const options = searching ? found : [example, typed, ...found];
  return (
    <div className="space-y-3">
      <Field name="contact" label="Seen by">
        {({ name: _, ...control }) => (
          <Combobox
            {...control}
            options={options}
            value={value.json === null ? (value.contactId ?? "") : typed.value}
            chosenLabel={chosen.hint ? `${chosen.label}, ${chosen.hint}` : chosen.label}
            onSearch={(words) => {
              setSearching(words.trim() !== "");
              onSearch(words);
            }}
            empty={people ? "No contact has this in its name or address." : "Looking…"}
            onChange={(id) => {
              setChosen(options.find((option) => option.value === id) ?? example);
              onChange(
                id === typed.value
                  ? { contactId: null, json: sample }
                  : { contactId: id || null, json: null },
              );
            }}
          />
        )}
      </Field>
      {value.json !== null && (
        <Field
          name="json"
          label="Their fields, as JSON"
          hint="Kept nowhere. What is left out is empty."
          error={jsonError}
        >
          {(control) => (
            <Textarea
              {...control}
              rows={8}
              spellCheck={false}
              className="font-mono text-xs"
              value={value.json ?? ""}
              onChange={({ currentTarget }) => {
                setSample(currentTarget.value);
                onChange({ contactId: null, json: currentTarget.value });
              }}
            />
          )}
        </Field>
      )}
    </div>
  );
}
