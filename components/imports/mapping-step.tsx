"use client";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { FormError } from "#components/ui/form-error";
import { Section } from "#components/ui/section";
import { SubmitButton } from "#components/ui/submit-button";
import { type ColumnMapping, type ImportOptions, importOptions, mappingInput } from "#server/imports/schema";
import { ColumnTable } from "./column-table.tsx";
import { ImportOptionsFields } from "./import-options-fields.tsx";
import type { Inspection, Vocabulary } from "./import-wizard.tsx";
import { StepHeading } from "./step-heading.tsx";

type Props = { inspection: Inspection; vocabulary: Vocabulary; onBack: () => void; onChecking: () => void };

const delimiters: Record<string, string> = { ",": "commas", ";": "semicolons", "\t": "tabs" };

/** Which column goes where, and what the import does beside filling fields. */
export function MappingStep({ inspection, vocabulary, onBack, onChecking }: Props) {
  const trpc = useTRPC();
  const [mapping, setMapping] = useState<ColumnMapping[]>(inspection.mapping);
  const [options, setOptions] = useState<ImportOptions>(inspection.options ?? importOptions.parse({}));
  const [tried, setTried] = useState(false);
  const check = useMutation(trpc.imports.check.mutationOptions({ onSuccess: onChecking }));
  const checked = mappingInput.safeParse(mapping);
  const nameless =
    typeof options.newList === "string" && options.newList.trim() === ""
      ? "Give the new list a name, or choose another list."
      : undefined;
  const sentence =
    tried && !checked.success ? checked.error.issues[0]?.message : asProblem(check.error)?.message;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setTried(true);
    const name = event.currentTarget.elements.namedItem("newList");
    if (nameless && name instanceof HTMLElement) name.focus();
    if (checked.success && !nameless) check.mutate({ id: inspection.id, mapping, options });
  }

  return (
    <form onSubmit={submit} noValidate>
      <Section
        title={<StepHeading>Where each column goes</StepHeading>}
        description={`${inspection.fileName}: ${inspection.headers.length} columns, divided by ${delimiters[inspection.delimiter] ?? "commas"}. Guessed from the names of the columns; change what is wrong.`}
        flush
      >
        <ColumnTable
          inspection={inspection}
          mapping={mapping}
          customFields={vocabulary.customFields}
          onChange={setMapping}
        />
      </Section>
      <ImportOptionsFields
        options={options}
        vocabulary={vocabulary}
        problem={tried ? nameless : undefined}
        onChange={setOptions}
      />
      <FormError>{sentence}</FormError>
      <div className="mt-4 flex flex-wrap justify-end gap-2">
        <Button onClick={onBack}>Another file</Button>
        <SubmitButton pending={check.isPending}>Check file</SubmitButton>
      </div>
      <p className="mt-2 text-right text-xs text-muted">Checking reads the whole file and writes nothing.</p>
    </form>
  );
}
