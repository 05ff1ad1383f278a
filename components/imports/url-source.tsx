"use client";
import type { FormEvent } from "react";
import { Button } from "#components/ui/button";
import { Field } from "#components/ui/field";
import { formValues } from "#components/ui/form-values";
import { fetchImportInput } from "#server/imports/schema";
import { useState } from "react";

type Props = { onUrl: (url: string) => void };

/** A file that the server fetches itself. */
export function UrlSource({ onUrl }: Props) {
  const [problem, setProblem] = useState<string | null>(null);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const url = formValues(event.currentTarget, "url").url.trim();
    const parsed = fetchImportInput.shape.url.safeParse(url);
    setProblem(parsed.success ? null : (parsed.error.issues[0]?.message ?? null));
    if (parsed.success) onUrl(url);
  }
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
        error={problem}
        hint="Postroad fetches it once. A Google Sheet works with its link for publishing as CSV. To fetch it again and again, make a schedule."
      />
      <div className="mt-3 flex justify-end">
        <Button type="submit" variant="primary">
          Fetch file
        </Button>
      </div>
    </form>
  );
}
