"use client";
import { type FormEvent, type KeyboardEvent, useState } from "react";
import { Button } from "#components/ui/button";
import { Field } from "#components/ui/field";
import { Textarea } from "#components/ui/textarea";
import { useModifier } from "../shell/use-modifier.tsx";
import { count } from "./import-status.tsx";

type Props = {
  /** Was pasted onto the page before this was shown. */
  initial: string;
  onFile: (file: File) => void;
};

/** Rows copied out of a spreadsheet. They become a file like any other. */
export function PasteSource({ initial, onFile }: Props) {
  const [text, setText] = useState(initial);
  const [tried, setTried] = useState(false);
  const modifier = useModifier();
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== "").length;
  const problem =
    lines === 0
      ? "Paste at least two lines: the names of the columns, and one contact."
      : lines === 1
        ? "This is one line only. The first holds the names of the columns; paste the contacts below it too."
        : null;

  function take(event?: FormEvent) {
    event?.preventDefault();
    setTried(true);
    if (problem) return;
    const name = text.includes("\t") ? "Pasted rows.tsv" : "Pasted rows.csv";
    onFile(new File([text], name, { type: "text/plain", lastModified: 0 }));
  }
  function keys(event: KeyboardEvent) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) take(event);
  }

  return (
    <form onSubmit={take} noValidate className="rounded-lg border bg-surface p-4 shadow-card sm:p-5">
      <Field
        name="rows"
        label="Rows, the names of the columns first"
        error={tried ? problem : null}
        hint="Select the cells in Excel, Google Sheets or Numbers, copy them, and paste them here."
      >
        {(control) => (
          <Textarea
            {...control}
            rows={9}
            spellCheck={false}
            autoFocus
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={keys}
            placeholder={"email\tfirst_name\tcompany\nada@example.com\tAda\tAnalytical Engines"}
            className="font-mono text-xs whitespace-pre max-sm:text-base"
          />
        )}
      </Field>
      <div className="mt-3 flex flex-wrap items-center justify-between gap-3">
        <p className="text-xs text-muted tabular-nums" aria-live="polite">
          {lines > 1 && `${count(lines - 1)} ${lines === 2 ? "row" : "rows"} below the header`}
        </p>
        <Button type="submit" variant="primary">
          Use these rows{" "}
          <span aria-hidden className="text-xs opacity-70 max-sm:hidden">
            {modifier}↵
          </span>
        </Button>
      </div>
    </form>
  );
}
