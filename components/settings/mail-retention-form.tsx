"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { Section } from "#components/ui/section";
import { SubmitButton } from "#components/ui/submit-button";
import type { RouterOutputs } from "#server/router";

type Props = { retention: RouterOutputs["replies"]["retention"] };

/** For how long what people write back is kept. */
export function MailRetentionForm({ retention }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const update = useMutation(
    trpc.replies.updateRetention.mutationOptions({
      onSuccess: () => {
        toast.success("Saved.");
        router.refresh();
      },
    }),
  );
  const problem = asProblem(update.error);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const months = new FormData(event.currentTarget).get("bodyMonths");
        update.mutate({ bodyMonths: Number(months || Number.NaN) });
      }}
    >
      <Section
        title="Received mail"
        description="The texts of replies and reports are removed after so long, for good. Who wrote when, and their first words, stay."
        footer={<SubmitButton pending={update.isPending}>Save</SubmitButton>}
      >
        <Field
          name="bodyMonths"
          label="Months"
          type="number"
          inputMode="numeric"
          min={1}
          defaultValue={retention.bodyMonths}
          error={problem?.fields.bodyMonths}
          className="sm:w-36"
        />
        <FormError>{problem && Object.keys(problem.fields).length === 0 ? problem.message : null}</FormError>
      </Section>
    </form>
  );
}
