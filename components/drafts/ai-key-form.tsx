"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState, type FormEvent } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { Section } from "#components/ui/section";
import { SubmitButton } from "#components/ui/submit-button";
import type { RouterOutputs } from "#server/router";

const states = {
  workspace: "This workspace has a key of its own. It is kept sealed, and shown to nobody.",
  installation: "The key of this installation is used. A key of the workspace's own goes before it.",
  none: "No key is set up: drafts have the text of their step.",
} as const;

/** Whose key of the AI provider writes the drafts of a workspace. */
export function AiKeyForm({ writer }: { writer: RouterOutputs["drafts"]["writer"] }) {
  const trpc = useTRPC();
  const router = useRouter();
  const [round, setRound] = useState(0);
  const save = useMutation(
    trpc.drafts.saveKey.mutationOptions({
      onSuccess: (_, { key }) => {
        toast.success(key === null ? "Key removed" : "Key saved");
        setRound((before) => before + 1);
        router.refresh();
      },
    }),
  );
  const problem = asProblem(save.error);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    save.mutate(formValues(event.currentTarget, "key"));
  }
  const own = writer.keyOf === "workspace";
  return (
    <form key={round} onSubmit={submit} noValidate>
      <Section
        title="Drafts by AI"
        description={states[writer.keyOf ?? "none"]}
        footer={
          <>
            {own && (
              <ConfirmDialog
                trigger={<Button variant="danger-quiet">Remove the key</Button>}
                title="Remove the workspace’s key?"
                confirm="Remove"
                danger
                onConfirm={() => save.mutateAsync({ key: null })}
              >
                Drafts are then written by the key of this installation, or from the text of their step if it
                has none.
              </ConfirmDialog>
            )}
            <SubmitButton pending={save.isPending}>Save</SubmitButton>
          </>
        }
      >
        <div className="grid max-w-xl gap-4">
          <Field
            name="key"
            label={own ? "Another key of Anthropic’s API" : "Key of Anthropic’s API"}
            type="password"
            autoComplete="off"
            placeholder="sk-ant-…"
            hint="What is known of a contact goes to the provider when a draft is written by it."
            error={problem?.fields.key}
          />
          <FormError>{problem && !problem.fields.key ? problem.message : null}</FormError>
        </div>
      </Section>
    </form>
  );
}
