"use client";
import { useMutation } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import type { SeenAs } from "#server/mail/schema";
import type { Draft } from "./template-editor.tsx";

/** Sends what is in the editor, saved or not. It stands inside the editor's form, so it is none itself. */
export function TestSend({ draft, seen }: { draft: Draft; seen: SeenAs }) {
  const trpc = useTRPC();
  const [to, setTo] = useState("");
  const send = useMutation(trpc.templates.sendTest.mutationOptions());
  const problem = asProblem(send.error);
  const field = Object.entries(problem?.fields ?? {}).find(
    ([name]) => name === "to" || name.startsWith("to."),
  )?.[1];
  const { subject, previewText, html, text } = draft;
  const submit = () => send.mutate({ subject, previewText, html, text, ...seen, to });
  return (
    <div className="space-y-2 border-t pt-4">
      <div className="flex items-end gap-2">
        <Field
          name="to"
          label="Send a test to"
          className="min-w-0 flex-1"
          placeholder="you@example.com, colleague@example.com"
          autoComplete="email"
          value={to}
          error={field}
          onChange={(event) => setTo(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            submit();
          }}
        />
        <Button pending={send.isPending} onClick={submit} className={field ? "mb-5.5" : undefined}>
          <Send /> Send test
        </Button>
      </div>
      <p className="text-xs text-muted">To at most five people. Marked [Test], and counted nowhere.</p>
      <FormError>{problem && !field ? problem.message : null}</FormError>
      <p role="status" className="text-success empty:hidden">
        {send.isSuccess ? `On its way to ${send.data.sent.join(", ")}.` : ""}
      </p>
    </div>
  );
}
