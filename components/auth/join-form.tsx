"use client";
import { useMutation } from "@tanstack/react-query";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { SubmitButton } from "#components/ui/submit-button";
import { useErrorFocus } from "#components/ui/use-error-focus";
import { passwordLengthMin } from "#server/accounts/schema";
import { leaveTo } from "./leave-to.tsx";
import { PasswordField } from "./password-field.tsx";
import { signIn } from "./sign-in.tsx";

/** Registers the invited address, which cannot be changed, and joins. */
export function JoinForm({ token, email }: { token: string; email: string }) {
  const trpc = useTRPC();
  const join = useMutation(
    trpc.invitations.join.mutationOptions({
      onSuccess: async ({ slug }, { password }) => {
        const refused = await signIn({ email, password });
        leaveTo(refused ? "/login" : `/${slug}`);
      },
    }),
  );
  const problem = asProblem(join.error);
  const form = useErrorFocus(join.error);
  const inField = problem && (problem.fields.name ?? problem.fields.password);
  return (
    <form
      ref={form}
      noValidate
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        join.mutate({ token, ...formValues(event.currentTarget, "name", "password") });
      }}
    >
      <Field name="email" label="Email" type="email" value={email} readOnly autoComplete="username" />
      <Field
        name="name"
        label="Your name"
        autoComplete="name"
        required
        maxLength={100}
        error={problem?.fields.name}
      />
      <PasswordField
        name="password"
        label="Password"
        autoComplete="new-password"
        minLength={passwordLengthMin}
        hint={`At least ${passwordLengthMin} characters.`}
        error={problem?.fields.password}
      />
      <FormError>{inField ? null : problem?.message}</FormError>
      <SubmitButton pending={join.isPending || join.isSuccess} size="lg" className="w-full">
        Create account and join
      </SubmitButton>
    </form>
  );
}
