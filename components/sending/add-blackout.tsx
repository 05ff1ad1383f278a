"use client";
import { useMutation } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Field } from "#components/ui/field";
import { RadioCards } from "#components/ui/radio-cards";
import { formValues } from "#components/ui/form-values";
import { type BlackoutAction, blackoutActions } from "#server/blackout-dates/schema";
import { AddWindow } from "./add-window.tsx";
import { scopeOf } from "./campaign-scope.tsx";

/** The button that opens the window in which days without sending are added. */
export function AddBlackout() {
  const trpc = useTRPC();
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const create = useMutation(
    trpc.blackoutDates.create.mutationOptions({
      onSuccess: (_, { action }) => {
        setOpen(false);
        toast.success(outcomes[action ?? "delay"]);
        router.refresh();
      },
    }),
  );
  const problem = asProblem(create.error);
  return (
    <AddWindow
      label="Add days"
      icon={<Plus />}
      title="Days without sending"
      description="Whole days, on each campaign’s own clock, or on each recipient’s where it goes by that."
      open={open}
      onOpenChange={(next) => {
        create.reset();
        setOpen(next);
      }}
      pending={create.isPending}
      problem={problem}
      onSubmit={(form) => {
        const { name, startsOn, endsOn, action } = formValues(form, "name", "startsOn", "endsOn", "action");
        create.mutate({
          name,
          startsOn,
          endsOn: endsOn || startsOn,
          onlyFor: scopeOf(form),
          action: blackoutActions.find((each) => each === action),
        });
      }}
    >
      <Field
        name="name"
        label="Occasion"
        placeholder="Christmas"
        maxLength={100}
        autoComplete="off"
        error={problem?.fields.name}
      />
      <div className="grid grid-cols-2 gap-4">
        <Field name="startsOn" type="date" label="From" error={problem?.fields.startsOn} />
        <Field name="endsOn" type="date" label="Until" aside="Included" error={problem?.fields.endsOn} />
      </div>
      <RadioCards
        name="action"
        legend="On these days"
        options={actions}
        defaultValue="delay"
        className="sm:grid-cols-1"
      />
    </AddWindow>
  );
}

const outcomes: Record<BlackoutAction, string> = {
  delay: "Nothing is sent on these days.",
  skip: "Emails of these days are passed over.",
  allow: "Emails leave on these days.",
};

const actions = [
  { value: "delay", label: "Nothing is sent", hint: "It waits for the next open day." },
  {
    value: "skip",
    label: "Emails are passed over",
    hint: "Whose turn comes then never gets that email, and goes on with the next step. Who was due before waits.",
  },
  {
    value: "allow",
    label: "Emails leave",
    hint: "Though a holiday or other days without sending lie there.",
  },
];
