"use client";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { FormError } from "#components/ui/form-error";
import { Section } from "#components/ui/section";
import { Spinner } from "#components/ui/spinner";
import type { FilePreview, FormatChoice } from "#server/imports/formats/schema";
import { FileNotes } from "./file-notes.tsx";
import { FormatFields } from "./format-fields.tsx";
import { formatWords } from "./format-words.tsx";
import { PreviewGrid } from "./preview-grid.tsx";

type Props = {
  fileName: string;
  preview: FilePreview;
  headers: string[];
  sample: string[][];
  /** The file is being read another way. */
  pending: boolean;
  problem: string | undefined;
  onFormat: (choice: FormatChoice) => void;
};

/** Guesses that are worth a look before anything else. */
const doubtful = new Set([
  "encoding_guessed",
  "damaged_characters",
  "several_sheets",
  "several_files",
  "long_rows",
]);

/** How the file was read, in one line; open, each part of it can be changed over the first rows. */
export function FormatSection({ fileName, preview, headers, sample, pending, problem, onFormat }: Props) {
  const [open, setOpen] = useState(() => preview.notes.some(({ code }) => doubtful.has(code)));
  return (
    <Section
      title="How the file was read"
      description={
        <span className="break-words">
          <span className="text-ink wrap-anywhere">{fileName}</span>: {formatWords(preview)},{" "}
          {headers.length === 1 ? "1 column" : `${headers.length} columns`}
        </span>
      }
      action={
        <Button size="sm" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Close" : "Look and change"}
        </Button>
      }
    >
      <FileNotes notes={preview.notes} />
      {open && (
        <>
          <FormatFields preview={preview} disabled={pending} onFormat={onFormat} />
          <p role="status" className="mt-4 mb-2 flex min-h-5 items-center gap-2 text-xs text-muted">
            {pending ? (
              <>
                <Spinner /> Reading the file anew…
              </>
            ) : (
              `The first ${sample.length === 1 ? "row" : `${sample.length} rows`}`
            )}
          </p>
          <PreviewGrid headers={headers} sample={sample} lines={preview.sampleLines} stale={pending} />
        </>
      )}
      {problem && (
        <div className="mt-3">
          <FormError>{problem}</FormError>
        </div>
      )}
    </Section>
  );
}
