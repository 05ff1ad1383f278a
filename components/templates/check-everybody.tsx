"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { UsersRound } from "lucide-react";
import { useState } from "react";
import { NameSelect } from "#components/segments/name-select";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { EmptyMerges } from "./empty-merges.tsx";
import type { Draft } from "./template-editor.tsx";

/** Looks for gaps over everybody, or over a list or segment, in what is in the editor now. */
export function CheckEverybody({ draft, disabled }: { draft: Draft; disabled: boolean }) {
  const trpc = useTRPC();
  const choices = useQuery(trpc.campaigns.audienceChoices.queryOptions());
  const [chosen, setChosen] = useState("");
  const check = useMutation(trpc.templates.emptyMerges.mutationOptions());
  const { subject, previewText, html, text } = draft;
  const audience = chosen ? { include: [chosen] } : { everyone: true };
  return (
    <div className="space-y-2 border-t pt-4">
      <div className="flex items-end gap-2">
        <Field name="audience" label="Find what would be empty" className="min-w-0 flex-1">
          {(control) => (
            <NameSelect
              {...control}
              kind="audience"
              held={choices.data?.map(({ id, name, kind }) => ({ value: id, label: name, hint: kind }))}
              words={({ label, hint }) => (hint ? `For the ${hint} ${label}` : label)}
              none="For everybody in this workspace"
              value={chosen}
              onChange={(audience) => {
                setChosen(audience);
                check.reset();
              }}
            />
          )}
        </Field>
        <Button
          pending={check.isPending}
          disabled={disabled}
          onClick={() => check.mutate({ subject, previewText, html, text, audience })}
        >
          <UsersRound /> Check
        </Button>
      </div>
      <FormError>{asProblem(check.error)?.message ?? null}</FormError>
      <div role="status">{check.data && <EmptyMerges report={check.data} />}</div>
    </div>
  );
}
