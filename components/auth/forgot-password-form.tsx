"use client";
import { useMutation } from "@tanstack/react-query";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Callout } from "#components/ui/callout";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { SubmitButton } from "#components/ui/submit-button";
import { useErrorFocus } from "#components/ui/use-error-focus";

export function ForgotPasswordForm() {
  const trpc = useTRPC();
  const ask = useMutation(trpc.accounts.forgotPassword.mutationOptions());
  const problem = asProblem(ask.error);
  const form = useErrorFocus(ask.error);
  if (ask.isSuccess)
    return (
      <div role="status">
        <Callout kind="success" title="Look into your inbox">
          If {ask.variables.email} has an account, a link is on its way. It works once, within the next hour.
        </Callout>
      </div>
    );
  return (
    <form
      ref={form}
      noValidate
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        ask.mutate(formValues(event.currentTarget, "email"));
      }}
    >
      <Field
        name="email"
        label="Email"
        type="email"
        autoComplete="username"
        required
        autoFocus
        error={problem?.fields.email}
      />
      <FormError>{problem?.fields.email ? null : problem?.message}</FormError>
      <SubmitButton pending={ask.isPending} size="lg" className="w-full">
        Send the link
      </SubmitButton>
    </form>
  );
}
