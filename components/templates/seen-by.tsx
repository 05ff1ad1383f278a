"use client";
import { useState } from "react";
import { Combobox, type Option } from "#components/ui/combobox";
import { Field } from "#components/ui/field";

type Person = { id: string; email: string; name: string | null };

type Props = {
  /** Whom the words last searched for have found; undefined while nobody knows. */
  people: Person[] | undefined;
  onSearch: (words: string) => void;
  value: string | null;
  onChange: (id: string | null) => void;
};

const example: Option = { value: "", label: "Ada Lovelace (an example)" };

/** Whom a preview is made for: anybody, found by name or address. Null is the example. */
export function SeenBy({ people, onSearch, value, onChange }: Props) {
  const [chosen, setChosen] = useState(example);
  const [searching, setSearching] = useState(false);
  const found = (people ?? []).map(({ id, email, name }): Option => ({
    value: id,
    label: name ?? email,
    hint: name ? email : undefined,
  }));
  const options = searching ? found : [example, ...found];
  return (
    <Field name="contact" label="Seen by">
      {({ name: _, ...control }) => (
        <Combobox
          {...control}
          options={options}
          value={value ?? ""}
          chosenLabel={chosen.hint ? `${chosen.label}, ${chosen.hint}` : chosen.label}
          onSearch={(words) => {
            setSearching(words.trim() !== "");
            onSearch(words);
          }}
          empty={people ? "No contact has this in its name or address." : "Looking…"}
          onChange={(id) => {
            setChosen(options.find((option) => option.value === id) ?? example);
            onChange(id || null);
          }}
        />
      )}
    </Field>
  );
}
