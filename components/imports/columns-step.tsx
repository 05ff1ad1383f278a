"use client";
import { type FormEvent, useState } from "react";
import { Button } from "#components/ui/button";
import { FormError } from "#components/ui/form-error";
import { Section } from "#components/ui/section";
import { SubmitButton } from "#components/ui/submit-button";
import type { FormatChoice } from "#server/imports/formats/schema";
import { type ColumnMapping, mappingInput } from "#server/imports/schema";
import { ColumnTable, isNew } from "./column-table.tsx";
import { typeOfColumn } from "./field-types.tsx";
import { FormatSection } from "./format-section.tsx";
import type { Inspection, Vocabulary } from "./import-wizard.tsx";
import { ReadingFields } from "./reading-fields.tsx";
import { StepHeading } from "./step-heading.tsx";
import type { Draft } from "./use-draft.tsx";
import { WizardFooter } from "./wizard-footer.tsx";

type Props = {
  inspection: Inspection;
  draft: Draft;
  customFields: Vocabulary["customFields"];
  reading: { pending: boolean; problem: string | undefined };
  onDraft: (draft: Draft) => void;
  onFormat: (choice: FormatChoice) => void;
  onBack: () => void;
  onNext: () => void;
};

/** How the file is read, and which column goes where. */
export function ColumnsStep(props: Props) {
  const { inspection, draft, customFields, reading, onDraft, onFormat, onBack, onNext } = props;
  const { mapping, options } = draft;
  const [tried, setTried] = useState(false);
  const checked = mappingInput.safeParse(mapping);
  const setMapping = (next: ColumnMapping[]) => onDraft({ ...draft, mapping: next });

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (checked.success && !reading.pending) onNext();
  }

  const remembered = inspection.guesses.some(({ how }) => how === "remembered");
  const fresh = mapping.filter(({ target }) => isNew(target, customFields)).length;
  return (
    <>
      <FormatSection
        key={inspection.id}
        fileName={inspection.fileName}
        preview={inspection.preview}
        headers={inspection.headers}
        sample={inspection.sample}
        pending={reading.pending}
        problem={reading.problem}
        onFormat={onFormat}
      />
      <form onSubmit={submit} noValidate>
        <Section
          title={<StepHeading>Where each column goes</StepHeading>}
          description={`${usage(mapping, fresh)}${remembered ? " They go where they went last time." : ""}`}
          action={
            fresh > 1 && (
              <Button
                size="sm"
                variant="ghost"
                onClick={() => setMapping(mapping.map((each) => leftOut(each, customFields)))}
              >
                Make no new fields
              </Button>
            )
          }
          flush
        >
          <ColumnTable
            inspection={inspection}
            mapping={mapping}
            customFields={customFields}
            onChange={setMapping}
          />
        </Section>
        <ReadingFields
          reading={options.reading}
          mapping={mapping}
          typeOf={(column) => typeOfColumn(column, customFields)}
          onChange={(next) => onDraft({ ...draft, options: { ...options, reading: next } })}
        />
        <FormError>{tried && !checked.success ? checked.error.issues[0]?.message : null}</FormError>
        <WizardFooter note="Nothing is written yet.">
          <Button onClick={onBack}>Back</Button>
          <SubmitButton pending={reading.pending}>Continue</SubmitButton>
        </WizardFooter>
      </form>
    </>
  );
}

const leftOut = (each: ColumnMapping, fields: Vocabulary["customFields"]): ColumnMapping =>
  isNew(each.target, fields) ? { ...each, target: "ignore" } : each;

/** "9 columns: 7 fill fields, 1 makes a new one, 1 is left out." */
function usage(mapping: ColumnMapping[], fresh: number): string {
  const ignored = mapping.filter(({ target }) => target === "ignore").length;
  const known = mapping.length - ignored - fresh;
  const parts = [
    `${known} ${known === 1 ? "fills a field" : "fill fields"} that ${known === 1 ? "is" : "are"} here`,
    ...(fresh > 0 ? [`${fresh} ${fresh === 1 ? "makes a new one" : "make new ones"}`] : []),
    ...(ignored > 0 ? [`${ignored} ${ignored === 1 ? "is" : "are"} left out`] : []),
  ];
  return `${mapping.length === 1 ? "1 column" : `${mapping.length} columns`}: ${parts.join(", ")}.`;
}
