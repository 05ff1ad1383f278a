"use client";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { SubmitButton } from "#components/ui/submit-button";
import { Textarea } from "#components/ui/textarea";
import { commentLengthMax } from "#server/templates/schema";

export function CommentForm({ id, onSaid }: { id: string; onSaid: () => Promise<void> }) {
  const trpc = useTRPC();
  const [body, setBody] = useState("");
  const say = useMutation(
    trpc.templates.comment.mutationOptions({
      onSuccess: async () => {
        setBody("");
        await onSaid();
      },
    }),
  );
  const problem = asProblem(say.error);
  return (
    <form
      noValidate
      className="space-y-2 border-b p-4 sm:px-5"
      onSubmit={(event) => {
        event.preventDefault();
        say.mutate({ id, body });
      }}
    >
      <Field name="body" label="Your comment" error={problem?.fields.body}>
        {(control) => (
          <Textarea
            {...control}
            rows={3}
            maxLength={commentLengthMax}
            value={body}
            onChange={(event) => setBody(event.currentTarget.value)}
          />
        )}
      </Field>
      <FormError>{problem && !problem.fields.body ? problem.message : null}</FormError>
      <div className="flex justify-end">
        <SubmitButton variant="secondary" pending={say.isPending}>
          Comment
        </SubmitButton>
      </div>
    </form>
  );
}
