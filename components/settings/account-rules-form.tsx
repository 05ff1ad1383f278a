"use client";
import { useMutation } from "@tanstack/react-query";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Checkbox } from "#components/ui/checkbox";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { passwordLengthMin, sessionDaysMax, signInTriesMax } from "#server/accounts/schema";
import type { RouterOutputs } from "#server/router";
import { RulesForm, useSaved } from "./rules-form.tsx";

type Rules = RouterOutputs["accounts"]["rules"];

/** What the organization asks of everybody's account. */
export function AccountRulesForm({ rules }: { rules: Rules }) {
  const trpc = useTRPC();
  const update = useMutation(trpc.accounts.updateRules.mutationOptions(useSaved("Sign-in rules saved")));
  const problem = asProblem(update.error);
  return (
    <RulesForm
      title="Signing in"
      description="For everybody in the organization. Whoever is in several follows the strictest."
      pending={update.isPending}
      problem={problem}
      onSave={(form) => update.mutate(rulesOf(form))}
    >
      <div className="grid max-w-xl gap-5">
        <NumberField
          name="passwordMinLength"
          label="Characters of a password, at least"
          min={passwordLengthMin}
          max={64}
          value={rules.passwordMinLength}
          error={problem?.fields.passwordMinLength}
        />
        <fieldset className="grid gap-2">
          <legend className="mb-1.5 font-medium">A password must have</legend>
          <Checkbox
            name="passwordRequireMixedCase"
            label="A capital and a small letter"
            defaultChecked={rules.passwordRequireMixedCase}
          />
          <Checkbox
            name="passwordRequireNumber"
            label="A digit"
            defaultChecked={rules.passwordRequireNumber}
          />
          <Checkbox
            name="passwordRequireSymbol"
            label="A symbol, as ! or #"
            defaultChecked={rules.passwordRequireSymbol}
          />
          <p className="text-xs text-muted">Passwords in use stay valid until they are changed.</p>
        </fieldset>
        <NumberField
          name="sessionTimeoutHours"
          label="Signed out after hours without use"
          min={1}
          max={sessionDaysMax * 24}
          value={rules.sessionTimeoutHours}
          hint={`Holds at once. After ${sessionDaysMax} days everybody signs in again in any case.`}
          error={problem?.fields.sessionTimeoutHours}
        />
        <NumberField
          name="maxLoginAttempts"
          label="Wrong passwords before an account closes"
          min={1}
          max={signInTriesMax}
          value={rules.maxLoginAttempts}
          hint="Until 15 minutes after the first of them, or until the password is reset."
          error={problem?.fields.maxLoginAttempts}
        />
      </div>
    </RulesForm>
  );
}

type NumberFieldProps = {
  name: string;
  label: string;
  min: number;
  max: number;
  value: number;
  hint?: string;
  error: string | undefined;
};

function NumberField({ name, label, hint, error, value, min, max }: NumberFieldProps) {
  return (
    <Field name={name} label={label} hint={hint} error={error}>
      {(control) => (
        <Input
          {...control}
          type="number"
          inputMode="numeric"
          min={min}
          max={max}
          defaultValue={value}
          required
          className="sm:w-28"
        />
      )}
    </Field>
  );
}

function rulesOf(form: FormData): Rules {
  const number = (name: keyof Rules) => Number(form.get(name) || Number.NaN);
  const ticked = (name: keyof Rules) => form.has(name);
  return {
    passwordMinLength: number("passwordMinLength"),
    passwordRequireMixedCase: ticked("passwordRequireMixedCase"),
    passwordRequireNumber: ticked("passwordRequireNumber"),
    passwordRequireSymbol: ticked("passwordRequireSymbol"),
    sessionTimeoutHours: number("sessionTimeoutHours"),
    maxLoginAttempts: number("maxLoginAttempts"),
  };
}
