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

export function RegisterForm() {
  const trpc = useTRPC();
  const register = useMutation(
    trpc.accounts.register.mutationOptions({
      onSuccess: async ({ slug }, { email, password }) => {
        const refused = await signIn({ email, password });
        leaveTo(refused ? "/login" : `/${slug}`);
      },
    }),
  );
  const problem = asProblem(register.error);
  const form = useErrorFocus(register.error);
  return (
    <form
      ref={form}
      noValidate
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        register.mutate(formValues(event.currentTarget, "name", "company", "email", "password"));
      }}
    >
      <Field
        name="name"
        label="Your name"
        autoComplete="name"
        required
        maxLength={100}
        error={problem?.fields.name}
      />
      <Field
        name="company"
        label="Company or team"
        aside="Optional"
        autoComplete="organization"
        maxLength={100}
        error={problem?.fields.company}
      />
      <Field
        name="email"
        label="Email"
        type="email"
        autoComplete="username"
        required
        error={problem?.fields.email}
      />
      <PasswordField
        name="password"
        label="Password"
        autoComplete="new-password"
        minLength={passwordLengthMin}
        hint={`At least ${passwordLengthMin} characters. A few unrelated words work well.`}
        error={problem?.fields.password}
      />
      <FormError>{problem && Object.keys(problem.fields).length === 0 ? problem.message : null}</FormError>
      <SubmitButton pending={register.isPending || register.isSuccess} size="lg" className="w-full">
        Create account
      </SubmitButton>
    </form>
  );
}
