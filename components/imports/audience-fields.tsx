"use client";
import { ValueList } from "#components/segments/value-list";
import { Field } from "#components/ui/field";
import { Section } from "#components/ui/section";
import { NameSelect } from "#components/segments/name-select";
import { Select } from "#components/ui/select";
import {
  type ConsentBasis,
  consentBases,
  consentBasisLabels,
  type ImportOptions,
} from "#server/imports/schema";
import type { Vocabulary } from "./import-wizard.tsx";

type Props = {
  options: ImportOptions;
  vocabulary: Vocabulary;
  /** What is wrong, by the name of the control. */
  problems: { newList?: string | undefined; consentSource?: string | undefined };
  onChange: (options: ImportOptions) => void;
};

/** What the import gives everybody in the file: a list, tags, and why they may be mailed. */
export function AudienceFields({ options, vocabulary, problems, onChange }: Props) {
  return (
    <Section title="Everybody in the file" description="New people and known ones alike.">
      <div className="grid gap-4 sm:grid-cols-2">
        <ListFields {...{ options, vocabulary, problems, onChange }} />
        <div className="space-y-1.5 sm:col-span-2">
          <p className="flex items-baseline justify-between gap-3 font-medium">
            Tags <span className="text-xs font-normal text-muted">Optional</span>
          </p>
          <ValueList
            label="Tags for everybody"
            className="w-full"
            values={options.tags}
            ofTags
            onChange={(next) => onChange({ ...options, tags: next.map((tag) => tag.toLowerCase()) })}
          />
        </div>
        <ConsentFields {...{ options, problems, onChange }} />
      </div>
    </Section>
  );
}

function ListFields({ options, vocabulary, problems, onChange }: Props) {
  const choice = options.newList !== null && options.newList !== undefined ? "new" : (options.listId ?? "");
  return (
    <>
      <Field name="list" label="Add to a list" aside="Optional">
        {(control) => (
          <NameSelect
            {...control}
            kind="list"
            held={vocabulary.lists}
            none="No list"
            also={[{ value: "new", label: "A new list…" }]}
            value={choice}
            onChange={(value) =>
              onChange({
                ...options,
                listId: value === "" || value === "new" ? null : value,
                newList: value === "new" ? "" : null,
              })
            }
          />
        )}
      </Field>
      {choice === "new" ? (
        <Field
          name="newList"
          label="Name of the new list"
          required
          error={problems.newList}
          maxLength={120}
          value={options.newList ?? ""}
          autoComplete="off"
          onChange={(event) => onChange({ ...options, newList: event.target.value })}
        />
      ) : (
        <span className="max-sm:hidden" />
      )}
    </>
  );
}

function ConsentFields({ options, problems, onChange }: Omit<Props, "vocabulary">) {
  const { consent } = options;
  return (
    <>
      <Field
        name="consentBasis"
        label="Why you may mail them"
        aside="Optional"
        hint="Noted on each contact that has no basis yet. It never raises anybody's consent."
      >
        {(control) => (
          <Select
            {...control}
            value={consent?.basis ?? ""}
            onChange={(event) => {
              const basis = consentBases.find((each): each is ConsentBasis => each === event.target.value);
              onChange({ ...options, consent: basis ? { basis, source: consent?.source ?? "" } : null });
            }}
          >
            <option value="">Not noted</option>
            {consentBases.map((basis) => (
              <option key={basis} value={basis}>
                {consentBasisLabels[basis]}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {consent && (
        <Field
          name="consentSource"
          label="Where that comes from"
          required
          error={problems.consentSource}
          maxLength={200}
          placeholder="Sign-up form on our site, trade fair in May …"
          value={consent.source}
          autoComplete="off"
          onChange={(event) => onChange({ ...options, consent: { ...consent, source: event.target.value } })}
        />
      )}
    </>
  );
}
