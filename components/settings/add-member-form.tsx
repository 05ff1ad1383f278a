"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Combobox } from "#components/ui/combobox";
import { FormError } from "#components/ui/form-error";
import { Section } from "#components/ui/section";
import { SubmitButton } from "#components/ui/submit-button";
import type { RouterOutputs } from "#server/router";

/** Adds people who are in the organization already. */
export function AddMemberForm({ candidates }: { candidates: RouterOutputs["members"]["candidates"] }) {
  const trpc = useTRPC();
  const router = useRouter();
  const [userId, setUserId] = useState("");
  const add = useMutation(
    trpc.members.add.mutationOptions({
      onSuccess: () => {
        toast.success("Added to the workspace");
        setUserId("");
        router.refresh();
      },
    }),
  );
  return (
    <Section title="Add from the organization" description="They join as members; change the role above.">
      <form
        className="flex flex-wrap items-start gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate({ userId, role: "member" });
        }}
      >
        <Combobox
          aria-label="Person"
          options={candidates.map((person) => ({
            value: person.userId,
            label: person.name,
            hint: person.email,
          }))}
          value={userId}
          onChange={setUserId}
          placeholder="Choose somebody…"
          className="w-full sm:w-80"
        />
        <SubmitButton variant="secondary" pending={add.isPending} disabled={!userId}>
          Add
        </SubmitButton>
        <div className="w-full">
          <FormError>{asProblem(add.error)?.message}</FormError>
        </div>
      </form>
    </Section>
  );
}
