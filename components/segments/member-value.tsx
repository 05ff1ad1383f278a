"use client";
import type { Option } from "#components/ui/combobox";
import type { NameKind } from "#server/segments/schema";
import { ChoiceList } from "./choice-list.tsx";
import type { RuleField, Vocabulary } from "./rule-fields.tsx";
import { useNames } from "./use-names.tsx";

type Props = {
  field: RuleField;
  values: string[];
  vocabulary: Vocabulary;
  onChange: (values: string[]) => void;
};

const kinds: Record<string, NameKind> = {
  list: "list",
  segment: "segment",
  import: "import",
  campaign: "campaign",
};

/** What somebody belongs to: lists, segments, the import they came with, campaigns. */
export function MemberValue({ field, values, vocabulary, onChange }: Props) {
  const kind = kinds[field.name];
  const noun = kind ?? "one";
  const { options, search, labelOf } = useNames({
    kind: kind ?? "list",
    held: choicesOf(field, vocabulary),
    chosen: values,
  });
  return (
    <ChoiceList
      label={`${noun}s`}
      placeholder={`Choose a ${noun}…`}
      empty={`There is no other ${noun}.`}
      gone={`A ${noun} that is gone`}
      values={values}
      options={[...options]}
      labelOf={labelOf}
      search={search}
      onChange={onChange}
    />
  );
}

function choicesOf(field: RuleField, { choices, campaigns, imports }: Vocabulary): Option[] {
  if (field.name === "campaign") return campaigns.map(({ id, name }) => ({ value: id, label: name }));
  if (field.name === "import")
    return imports.map(({ id, name, on }) => ({ value: id, label: name, hint: on }));
  return choices
    .filter(({ kind }) => kind === field.name)
    .map(({ id, name, count }) => ({ value: id, label: name, hint: count.toLocaleString("en") }));
}
