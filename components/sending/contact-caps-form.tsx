"use client";
import { useMutation } from "@tanstack/react-query";
import { RulesForm, useSaved } from "#components/settings/rules-form";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Field } from "#components/ui/field";
import type { RouterOutputs } from "#server/router";

type Props = { caps: RouterOutputs["sendingLimits"]["contactCaps"] };

/** How much one person gets from all campaigns of the organization together. */
export function ContactCapsForm({ caps }: Props) {
  const trpc = useTRPC();
  const update = useMutation(trpc.sendingLimits.updateContactCaps.mutationOptions(useSaved("Limits saved")));
  const problem = asProblem(update.error);
  function save(form: FormData) {
    const number = (name: string) => (form.get(name) ? Number(form.get(name)) : null);
    update.mutate({
      perDay: number("perDay"),
      hoursApart: number("hoursApart"),
      delaysMax: number("delaysMax"),
    });
  }
  return (
    <RulesForm
      title="Emails to one person"
      description="From all campaigns and workspaces together. What is too much waits, and leaves later; the campaign of the higher priority goes first."
      pending={update.isPending}
      problem={problem}
      onSave={save}
    >
      <div className="grid max-w-xl gap-4 sm:grid-cols-2">
        <Field
          name="perDay"
          label="At most, in 24 hours"
          type="number"
          inputMode="numeric"
          min={1}
          defaultValue={caps.perDay ?? ""}
          placeholder="No limit"
          hint="2 is a good measure."
          error={problem?.fields.perDay}
        />
        <Field
          name="hoursApart"
          label="Hours between two"
          type="number"
          inputMode="numeric"
          min={1}
          defaultValue={caps.hoursApart ?? ""}
          placeholder="None"
          hint="4 is a good measure."
          error={problem?.fields.hoursApart}
        />
        <Field
          name="delaysMax"
          label="Delays until a step is skipped"
          type="number"
          inputMode="numeric"
          min={1}
          defaultValue={caps.delaysMax ?? ""}
          placeholder="It waits for ever"
          hint="3 is a good measure: an email that was put off so often for this is not sent any more, and its step is passed over."
          error={problem?.fields.delaysMax}
        />
      </div>
    </RulesForm>
  );
}
