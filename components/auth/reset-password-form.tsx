"use client";
import { useMutation } from "@tanstack/react-query";
import { asProblem, useTRPC } from "#components/trpc/client";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { SubmitButton } from "#components/ui/submit-button";
import { passwordLengthMin } from "#server/accounts/schema";
import { leaveTo } from "./leave-to.tsx";
import { PasswordField } from "./password-field.tsx";

export function ResetPasswordForm({ token }: { token: string }) {
  const trpc = useTRPC();
  const reset = useMutation(
    trpc.accounts.resetPassword.mutationOptions({
      onSuccess: () => leaveTo("/login?notice=password-changed"),
    }),
  );
  const problem = asProblem(reset.error);
  if (!token)
    return <FormError>This link is incomplete. Open it from the mail again, or ask for a new one.</FormError>;
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        reset.mutate({ token, ...formValues(event.currentTarget, "password") });
      }}
    >
      <PasswordField
        name="password"
        label="New password"
        autoComplete="new-password"
        minLength={passwordLengthMin}
        hint={`At least ${passwordLengthMin} characters.`}
        error={problem?.fields.password}
      />
      <FormError>{problem?.fields.password ? null : problem?.message}</FormError>
      <SubmitButton pending={reset.isPending || reset.isSuccess} size="lg" className="w-full">
        Change password
      </SubmitButton>
    </form>
  );
}
