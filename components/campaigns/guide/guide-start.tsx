"use client";
import { useMutation } from "@tanstack/react-query";
import { Mail, MailPlus, Reply, Zap } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { RadioCards } from "#components/ui/radio-cards";
import { SubmitButton } from "#components/ui/submit-button";
import { guidedEmailsMax, type GuidedPlan, guidedPlans } from "#server/campaigns/schema";

const options = [
  { value: "one", label: "Send one email", icon: <Mail />, hint: "News, an invitation, an offer." },
  {
    value: "series",
    label: "Send a series",
    icon: <MailPlus />,
    hint: "Several emails, days apart: a course, an introduction.",
  },
  {
    value: "follow_up",
    label: "Ask, and follow up",
    icon: <Reply />,
    hint: "Who doesn’t answer is reminded in the same thread; who does is left alone.",
  },
  {
    value: "triggered",
    label: "Write when something happens",
    icon: <Zap />,
    hint: "Somebody gets a tag, comes into a segment, or does something in your shop.",
  },
];

/** The first question; the answer makes the draft, and the others fill it in. */
export function GuideStart({ workspace }: { workspace: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const [plan, setPlan] = useState<GuidedPlan>("follow_up");
  const create = useMutation(
    trpc.campaigns.createGuided.mutationOptions({
      onSuccess: ({ id }) => router.push(`/${workspace}/campaigns/${id}/guide`),
    }),
  );
  const problem = asProblem(create.error);
  const known = ["name", "emails", "days"].some((field) => problem?.fields[field]);
  return (
    <form
      noValidate
      className="space-y-5"
      onSubmit={(event) => {
        event.preventDefault();
        const { name, emails, days } = formValues(event.currentTarget, "name", "emails", "days");
        create.mutate({ name, plan, ...(plan !== "one" && { emails, days }) });
      }}
    >
      <RadioCards
        name="plan"
        legend="What do you want to do?"
        options={options}
        value={plan}
        onChange={(value) => setPlan(guidedPlans.find((each) => each === value) ?? "one")}
      />
      {plan !== "one" && (
        <div className="flex flex-wrap gap-4">
          <Field
            name="emails"
            type="number"
            label="How many emails"
            className="w-40"
            min={1}
            max={guidedEmailsMax}
            defaultValue={3}
            error={problem?.fields.emails}
          />
          <Field
            name="days"
            type="number"
            label="Days between two of them"
            className="w-48"
            min={1}
            max={90}
            defaultValue={3}
            error={problem?.fields.days}
          />
        </div>
      )}
      <Field
        name="name"
        label="What do you call it?"
        hint="Only you and your team see the name."
        error={problem?.fields.name}
        maxLength={255}
      />
      <FormError>{problem && !known ? problem.message : null}</FormError>
      <SubmitButton pending={create.isPending || create.isSuccess}>Next: who gets it</SubmitButton>
    </form>
  );
}
