"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { PasswordField } from "#components/auth/password-field";
import { asProblem, useTRPC } from "#components/trpc/client";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { Section } from "#components/ui/section";
import { SubmitButton } from "#components/ui/submit-button";
import type { RouterOutputs } from "#server/router";

type Rules = RouterOutputs["accounts"]["passwordRules"];

export function PasswordForm({ rules }: { rules: Rules }) {
  const trpc = useTRPC();
  const router = useRouter();
  const change = useMutation(
    trpc.accounts.changePassword.mutationOptions({
      onSuccess: () => {
        toast.success("Password changed", { description: "You were signed out on all other devices." });
        router.refresh();
      },
    }),
  );
  const problem = asProblem(change.error);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        change.mutate(formValues(form, "current", "password"), { onSuccess: () => form.reset() });
      }}
    >
      <Section
        title="Password"
        description="A change signs you out on all other devices."
        footer={<SubmitButton pending={change.isPending}>Change password</SubmitButton>}
      >
        <div className="grid max-w-xl gap-5">
          <PasswordField
            name="current"
            label="Current password"
            autoComplete="current-password"
            error={problem?.fields.current}
          />
          <PasswordField
            name="password"
            label="New password"
            autoComplete="new-password"
            minLength={rules.lengthMin}
            hint={wish(rules)}
            error={problem?.fields.password}
          />
          <FormError>
            {problem && Object.keys(problem.fields).length === 0 ? problem.message : null}
          </FormError>
        </div>
      </Section>
    </form>
  );
}

function wish({ lengthMin, mixedCase, number, symbol }: Rules): string {
  const parts = [
    ...(mixedCase ? ["a capital and a small letter"] : []),
    ...(number ? ["a digit"] : []),
    ...(symbol ? ["a symbol"] : []),
  ];
  const length = `At least ${lengthMin} characters`;
  return parts.length === 0
    ? `${length}.`
    : `${length}, with ${new Intl.ListFormat("en", { style: "long" }).format(parts)}.`;
}
