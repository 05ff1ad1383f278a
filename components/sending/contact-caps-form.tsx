"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import type { FormEvent } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { Section } from "#components/ui/section";
import { SubmitButton } from "#components/ui/submit-button";
import type { RouterOutputs } from "#server/router";

type Props = { caps: RouterOutputs["sendingLimits"]["contactCaps"] };

/** How much one person gets from all campaigns of the organization together. */
export function ContactCapsForm({ caps }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const update = useMutation(
    trpc.sendingLimits.updateContactCaps.mutationOptions({
      onSuccess: () => {
        toast.success("Saved.");
        router.refresh();
      },
    }),
  );
  const problem = asProblem(update.error);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const number = (name: string) => (form.get(name) ? Number(form.get(name)) : null);
    update.mutate({ perDay: number("perDay"), hoursApart: number("hoursApart") });
  }
  return (
    <form onSubmit={submit} noValidate>
      <Section
        title="Emails to one person"
        description="From all campaigns and workspaces together. What is too much waits, and leaves later."
        footer={<SubmitButton pending={update.isPending}>Save</SubmitButton>}
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
            error={problem?.fields.hoursApart}
          />
        </div>
        <FormError>{problem && Object.keys(problem.fields).length === 0 ? problem.message : null}</FormError>
      </Section>
    </form>
  );
}
