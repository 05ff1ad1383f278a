"use client";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { FormError } from "#components/ui/form-error";
import { SubmitButton } from "#components/ui/submit-button";
import { type ColumnMapping, consentOptions } from "#server/imports/schema";
import { AudienceFields } from "./audience-fields.tsx";
import { DuplicatesFields } from "./duplicates-fields.tsx";
import { labelOfTarget, typeOfColumn } from "./field-types.tsx";
import type { Inspection, Vocabulary } from "./import-wizard.tsx";
import type { Draft } from "./use-draft.tsx";
import { WizardFooter } from "./wizard-footer.tsx";

type Props = {
  inspection: Inspection;
  draft: Draft;
  vocabulary: Vocabulary;
  onDraft: (draft: Draft) => void;
  onBack: () => void;
  onChecking: () => void;
};

/** What the import does with people it knows, and what it gives everybody. */
export function OptionsStep({ inspection, draft, vocabulary, onDraft, onBack, onChecking }: Props) {
  const trpc = useTRPC();
  const { mapping, options } = draft;
  const { customFields } = vocabulary;
  const [tried, setTried] = useState(false);
  const check = useMutation(trpc.imports.check.mutationOptions({ onSuccess: onChecking }));
  const refused = asProblem(check.error);
  const problems = problemsOf(draft);
  const shown = tried ? problems : {};

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setTried(true);
    const [first] = Object.keys(problems);
    const control = first && event.currentTarget.elements.namedItem(first);
    if (control instanceof HTMLElement) return control.focus();
    check.mutate({ id: inspection.id, mapping, options });
  }

  return (
    <form onSubmit={submit} noValidate>
      <DuplicatesFields
        options={options}
        mapping={mapping}
        labelOf={(target) => labelOfTarget(target, mapping, customFields)}
        typeOf={(column: ColumnMapping) => typeOfColumn(column, customFields)}
        onChange={(next) => onDraft({ ...draft, options: next })}
      />
      <AudienceFields
        options={options}
        vocabulary={vocabulary}
        problems={{
          ...shown,
          ...(refused?.fields["options.newList"] && { newList: refused.fields["options.newList"] }),
        }}
        onChange={(next) => onDraft({ ...draft, options: next })}
      />
      <FormError>{refused?.fields["options.newList"] ? null : refused?.message}</FormError>
      <WizardFooter note="Checking reads the whole file and writes nothing.">
        <Button onClick={onBack}>Back</Button>
        <SubmitButton pending={check.isPending}>Check file</SubmitButton>
      </WizardFooter>
    </form>
  );
}

function problemsOf({ options }: Draft): { newList?: string; consentSource?: string } {
  const nameless = typeof options.newList === "string" && options.newList.trim() === "";
  const source = options.consent && consentOptions.shape.source.safeParse(options.consent.source);
  return {
    ...(nameless && { newList: "Give the new list a name, or choose another list." }),
    ...(source && !source.success && { consentSource: source.error.issues[0]?.message ?? "" }),
  };
}
