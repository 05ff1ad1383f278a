"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Checkbox } from "#components/ui/checkbox";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { Input } from "#components/ui/input";
import { RadioCards } from "#components/ui/radio-cards";
import { Section } from "#components/ui/section";
import { SubmitButton } from "#components/ui/submit-button";
import { Textarea } from "#components/ui/textarea";
import { type ApproverRole, approverRoles } from "#server/approvals/schema";
import type { RouterOutputs } from "#server/router";
import { ApproverChoice } from "./approver-choice.tsx";

type Props = RouterOutputs["approvals"]["policy"];
type When = Props["policy"]["when"];

const choices = [
  {
    value: "never",
    label: "Never",
    hint: "Whoever may launch does. A campaign can still ask for an approval.",
  },
  { value: "large", label: "Large campaigns", hint: "From so many people on." },
  { value: "always", label: "Every campaign", hint: "Nothing is launched by one person alone." },
];

const wordsOf = (typed: string): string[] => [
  ...new Set(
    typed
      .split(/[\n,]/)
      .map((word) => word.trim().toLowerCase())
      .filter(Boolean),
  ),
];

/** Which campaigns somebody else looks at before they are launched, and who that is. */
export function ApprovalPolicyForm({ policy, people }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const [when, setWhen] = useState<When>(policy.when);
  const [named, setNamed] = useState<Partial<Record<ApproverRole, string[]>>>(
    Object.fromEntries(policy.approvers.map(({ role, userIds }) => [role, userIds])),
  );
  const update = useMutation(
    trpc.approvals.updatePolicy.mutationOptions({
      onSuccess: () => {
        toast.success("Approvals saved");
        router.refresh();
      },
    }),
  );
  const problem = asProblem(update.error);
  const roles = approverRoles.filter((role) => named[role]);
  const wordProblem = Object.entries(problem?.fields ?? {}).find(([name]) => name.startsWith("words"))?.[1];
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const { words, largeFrom } = formValues(event.currentTarget, "words", "largeFrom");
        update.mutate({
          when,
          largeFrom: when === "large" ? Number(largeFrom || Number.NaN) : policy.largeFrom,
          approvers: roles.map((role) => ({ role, userIds: named[role] ?? [] })),
          newSender: when === "always" ? policy.newSender : form.has("newSender"),
          words: when === "always" ? policy.words : wordsOf(words),
          inOrder: roles.length > 1 && form.has("inOrder"),
          twoPersons: roles.length > 1 && form.has("twoPersons"),
        });
      }}
    >
      <Section
        title="Approvals"
        description="Campaigns of all workspaces that somebody else approves before they are launched."
        footer={<SubmitButton pending={update.isPending}>Save</SubmitButton>}
      >
        <div className="grid gap-5">
          <RadioCards
            name="when"
            legend="To be approved"
            options={choices}
            value={when}
            onChange={(value) => setWhen(value as When)}
            className="sm:grid-cols-3"
          />
          {when === "large" && (
            <Field name="largeFrom" label="People, at least" error={problem?.fields.largeFrom}>
              {(control) => (
                <Input
                  {...control}
                  type="number"
                  inputMode="numeric"
                  min={1}
                  defaultValue={policy.largeFrom}
                  className="sm:w-36"
                />
              )}
            </Field>
          )}
          {when !== "always" && (
            <Checkbox
              name="newSender"
              label="Campaigns from a new sender too"
              hint="From an address that no campaign of the workspace was launched from so far."
              defaultChecked={policy.newSender}
            />
          )}
          {when !== "always" && (
            <Field
              name="words"
              label="Campaigns that say one of these too"
              aside="Optional"
              hint="Words or phrases, one on each line, such as those of promotions: discount, free trial, % off."
              error={wordProblem}
            >
              {(control) => (
                <Textarea
                  {...control}
                  rows={3}
                  defaultValue={policy.words.join("\n")}
                  className="sm:max-w-md"
                />
              )}
            </Field>
          )}
          <fieldset className="grid gap-3">
            <legend className="mb-1.5 font-medium">Who approves</legend>
            {approverRoles.map((role) => (
              <ApproverChoice
                key={role}
                role={role}
                people={people}
                userIds={named[role] ?? null}
                onChange={(userIds) => setNamed({ ...named, [role]: userIds ?? undefined })}
              />
            ))}
            {roles.length > 1 && (
              <Checkbox
                name="inOrder"
                label="One after the other"
                hint="The compliance officer is asked once the campaign manager has approved."
                defaultChecked={policy.inOrder}
              />
            )}
            {roles.length > 1 && (
              <Checkbox
                name="twoPersons"
                label="By two persons"
                hint="Whoever approves for one role cannot approve for the other."
                defaultChecked={policy.twoPersons}
              />
            )}
          </fieldset>
          <p className="text-xs text-muted">
            Nobody approves what they ask for themselves. Without an answer a request lapses after 48 hours.
          </p>
          <FormError>{problem?.fields.largeFrom || wordProblem ? null : problem?.message}</FormError>
        </div>
      </Section>
    </form>
  );
}
