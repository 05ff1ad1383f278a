"use client";
import { useRouter } from "next/navigation";
import type { ReactNode } from "react";
import { toast } from "sonner";
import type { Problem } from "#components/trpc/client";
import { FormError } from "#components/ui/form-error";
import { LeaveGuard, useTouched } from "#components/ui/leave-guard";
import { Section } from "#components/ui/section";
import { SubmitButton } from "#components/ui/submit-button";

type Props = {
  title: string;
  description: string;
  pending: boolean;
  problem: Problem | null;
  onSave: (form: FormData) => void;
  children: ReactNode;
};

/** A card of rules that are saved together. What is wrong with a field stands below it, anything else at the end. */
export function RulesForm({ title, description, pending, problem, onSave, children }: Props) {
  const { unsaved, watch } = useTouched(problem);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSave(new FormData(event.currentTarget));
      }}
      {...watch}
    >
      <LeaveGuard unsaved={unsaved} />
      <Section
        title={title}
        description={description}
        footer={<SubmitButton pending={pending}>Save</SubmitButton>}
      >
        <div className="grid gap-5">
          {children}
          <FormError>
            {problem && Object.keys(problem.fields).length === 0 ? problem.message : null}
          </FormError>
        </div>
      </Section>
    </form>
  );
}

/** For a mutation: says so, and shows the page with what was saved. */
export function useSaved(words: string): { onSuccess: () => void } {
  const router = useRouter();
  return {
    onSuccess: () => {
      toast.success(words);
      router.refresh();
    },
  };
}
