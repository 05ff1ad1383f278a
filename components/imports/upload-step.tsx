"use client";
import { useId } from "react";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { FormError } from "#components/ui/form-error";
import { ProgressBar } from "#components/ui/progress-bar";
import { FileTarget } from "./file-target.tsx";
import { type UploadOptions, type UploadState, useUpload } from "./use-upload.tsx";

export function UploadStep(options: UploadOptions) {
  const { state, take, cancel } = useUpload(options);
  const { begun } = options;
  const hint = useId();
  const busy = state.name === "sending" || state.name === "reading";
  const again = state.name === "failed" ? state.again : null;
  return (
    <div className="space-y-4">
      {begun && !busy && (
        <Callout title={`The upload of ${begun.fileName} was not finished`}>
          Choose the same file to go on, or another one to start afresh.
        </Callout>
      )}
      {busy ? (
        <Progress state={state} onCancel={() => void cancel()} />
      ) : (
        <FileTarget
          onFile={(file) => void take(file)}
          focused={state.name === "failed" && !again}
          describedBy={hint}
        />
      )}
      <p role="status" className="sr-only">
        {wordsOf(state)}
      </p>
      <FormError>{state.name === "failed" ? state.problem : null}</FormError>
      {again && (
        <Button variant="primary" autoFocus onClick={() => void take(again)}>
          Try again
        </Button>
      )}
      <ul id={hint} className="list-disc space-y-1 pl-5 text-muted">
        <li>CSV with a header line; commas, semicolons or tabs between the columns; encoded in UTF-8.</li>
        <li>
          One column must hold email addresses. The others become fields, or are left out, as you choose.
        </li>
        <li>People who unsubscribed stay unsubscribed, whatever the file says.</li>
        <li>You can undo an import for 30 days.</li>
      </ul>
    </div>
  );
}

type Busy = Extract<UploadState, { name: "sending" | "reading" }>;

function Progress({ state, onCancel }: { state: Busy; onCancel: () => void }) {
  const { file } = state;
  const sending = state.name === "sending";
  return (
    <div className="rounded-lg border bg-surface px-5 py-6 shadow-card">
      <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
        <p className="min-w-0 font-medium break-all">{file.name}</p>
        {sending && (
          <Button size="sm" onClick={onCancel}>
            Cancel upload
          </Button>
        )}
      </div>
      <ProgressBar
        label="Upload"
        done={sending ? state.sent : file.size}
        total={sending ? file.size : null}
      />
      <p className="mt-2 text-xs text-muted tabular-nums">
        {sending
          ? `${megabytes(state.sent)} of ${megabytes(file.size)} MB, ${Math.round((state.sent / file.size) * 100)} %`
          : "Reading the first rows…"}
      </p>
    </div>
  );
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

/** Said by quarters: somebody listening does not want every part. */
function wordsOf(state: UploadState): string {
  if (state.name === "reading") return "Uploaded. Reading the first rows.";
  if (state.name !== "sending") return "";
  const quarters = Math.floor((state.sent / state.file.size) * 4);
  return quarters === 0 ? `Uploading ${state.file.name}.` : `Uploading: ${quarters * 25} percent.`;
}
