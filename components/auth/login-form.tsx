"use client";
import { useState, type FormEvent } from "react";
import { Callout } from "#components/ui/callout";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { SubmitButton } from "#components/ui/submit-button";
import { TextLink } from "#components/ui/text-link";
import { leaveTo } from "./leave-to.tsx";
import { PasswordField } from "./password-field.tsx";
import { signIn } from "./sign-in.tsx";

/** `next` is the page to open afterwards. */
export function LoginForm({ next, passwordChanged }: { next: string; passwordChanged?: boolean }) {
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [refusals, setRefusals] = useState(0);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setPending(true);
    setProblem(null);
    const refused = await signIn(formValues(event.currentTarget, "email", "password"));
    if (!refused) return leaveTo(next);
    setProblem(refused);
    setRefusals(refusals + 1);
    setPending(false);
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="space-y-4">
      {passwordChanged && (
        <Callout kind="success">Your password was changed. Sign in with the new one.</Callout>
      )}
      <Field name="email" label="Email" type="email" autoComplete="username" required autoFocus />
      <PasswordField
        name="password"
        label="Password"
        autoComplete="current-password"
        aside={<TextLink href="/forgot-password">Forgot it?</TextLink>}
      />
      <FormError>{problem}</FormError>
      {refusals > 1 && (
        <p className="text-xs text-muted">
          After a few wrong tries signing in stays closed for up to 15 minutes, even with the right password.
          A <TextLink href="/forgot-password">new password</TextLink> opens it at once.
        </p>
      )}
      <SubmitButton pending={pending} size="lg" className="w-full">
        Sign in
      </SubmitButton>
    </form>
  );
}
