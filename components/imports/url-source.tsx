"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { v7 } from "uuid";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { fetchImportInput } from "#server/imports/schema";
import type { RouterOutputs } from "#server/router";

type Props = {
  /** An import whose file could not be fetched: with its address corrected, it is tried again. */
  failed: RouterOutputs["imports"]["byId"] | null;
  onFetching: (id: string) => void;
};

/** A file that the server fetches itself. */
export function UrlSource({ failed, onFetching }: Props) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [key] = useState(() => failed?.id ?? v7());
  const [problem, setProblem] = useState<string | null>(null);
  const fetch = useMutation(
    trpc.imports.fetch.mutationOptions({
      onSuccess: async ({ id }) => {
        await queries.invalidateQueries({ queryKey: trpc.imports.byId.queryKey({ id }) });
        await queries.fetchQuery(trpc.imports.byId.queryOptions({ id }));
        onFetching(id);
      },
    }),
  );
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const url = formValues(event.currentTarget, "url").url.trim();
    const parsed = fetchImportInput.shape.url.safeParse(url);
    setProblem(parsed.success ? null : (parsed.error.issues[0]?.message ?? null));
    if (parsed.success) fetch.mutate({ key, url });
  }
  const told = asProblem(fetch.error)?.message ?? (fetch.isPending ? null : failed?.problem);
  return (
    <form onSubmit={submit} noValidate className="rounded-lg border bg-surface p-4 shadow-card sm:p-5">
      <Field
        name="url"
        label="Address of the file"
        type="url"
        inputMode="url"
        autoFocus
        autoComplete="off"
        placeholder="https://example.com/contacts.csv"
        defaultValue={failed?.fetch?.address ?? ""}
        error={problem}
        hint="Postroad fetches it once. A Google Sheet works with its link for publishing as CSV. To fetch it again and again, make a schedule."
      />
      <FormError>{told}</FormError>
      <div className="mt-3 flex justify-end">
        <Button type="submit" variant="primary" pending={fetch.isPending}>
          Fetch file
        </Button>
      </div>
    </form>
  );
}
