"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import type { Vocabulary } from "#components/segments/rule-fields";
import { FormError } from "#components/ui/form-error";
import { LeaveGuard, useTouched } from "#components/ui/leave-guard";
import { SubmitButton } from "#components/ui/submit-button";
import { scoreCategories, type ScoringRules } from "#server/scoring/schema";
import { type Numbers, ScoringNumbers } from "./scoring-numbers.tsx";
import { ScoreRuleList } from "./score-rule-list.tsx";

export type Saved = {
  scoring: ScoringRules;
  isActive: boolean;
  decayEnabled: boolean;
  decayRate: number;
  decayIntervalDays: number;
  updatedAt: Date | null;
};

type Props = { saved: Saved; vocabulary: Vocabulary; editable: boolean };

/** The rules of the score, its tiers and how it fades: one form, saved as a whole. */
export function ScoringEditor({ saved, vocabulary, editable }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const [rules, setRules] = useState(saved.scoring.rules);
  const [seen, setSeen] = useState(saved.updatedAt);
  const save = useMutation(
    trpc.scoring.save.mutationOptions({
      onSuccess: ({ updatedAt }, { isActive }) => {
        setSeen(updatedAt);
        toast.success(isActive ? "Saved. The scores are being worked out anew." : "Lead scoring is off");
        router.refresh();
      },
    }),
  );
  const problem = asProblem(save.error);
  const { unsaved, touch, watch } = useTouched(problem);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const number = (name: keyof Numbers) => Number(form.get(name));
    save.mutate({
      scoring: {
        version: 1,
        rules,
        tiers: { nurture: number("nurture"), mql: number("mql"), sql: number("sql") },
      },
      isActive: form.get("isActive") === "on",
      decayEnabled: form.get("decayEnabled") === "on",
      decayRate: number("decayRate"),
      decayIntervalDays: number("decayIntervalDays"),
      ...(seen && { seen }),
    });
  }
  return (
    <form onSubmit={submit} noValidate {...watch}>
      <LeaveGuard unsaved={unsaved} />
      <fieldset disabled={!editable} className="min-w-0">
        <ScoringNumbers saved={saved} fields={problem?.fields ?? {}} />
        {scoreCategories.map((category) => (
          <ScoreRuleList
            key={category}
            category={category}
            rules={rules}
            vocabulary={vocabulary}
            editable={editable}
            onChange={(next) => {
              setRules(next);
              touch();
            }}
          />
        ))}
        <FormError>{problem?.message}</FormError>
        {editable && (
          <div className="mt-4 flex justify-end">
            <SubmitButton pending={save.isPending}>
              {saved.updatedAt ? "Save scoring" : "Turn on lead scoring"}
            </SubmitButton>
          </div>
        )}
      </fieldset>
    </form>
  );
}
