import { Button } from "#components/ui/button";
import { ProgressBar } from "#components/ui/progress-bar";
import type { UploadState } from "./use-upload.tsx";

type Busy = Extract<UploadState, { name: "sending" | "reading" }>;

/** How far a file is on its way here. */
export function UploadProgress({ state, onCancel }: { state: Busy; onCancel: () => void }) {
  const done = state.name === "sending" ? state.sent : 0;
  const total = state.name === "sending" ? state.file.size : null;
  return (
    <div className="rounded-lg border bg-surface px-5 py-6 shadow-card">
      <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
        <p className="min-w-0 font-medium wrap-anywhere">{state.file.name}</p>
        {state.name === "sending" && (
          <Button size="sm" onClick={onCancel}>
            Cancel upload
          </Button>
        )}
      </div>
      <ProgressBar label="Upload" done={done} total={total} />
      <p className="mt-2 flex flex-wrap justify-between gap-x-4 text-xs text-muted tabular-nums">
        {state.name === "sending" && (
          <>
            <span>
              {megabytes(state.sent)} of {megabytes(state.file.size)} MB,{" "}
              {Math.round((state.sent / state.file.size) * 100)} %
            </span>
            <span className={state.waiting ? "text-warning" : undefined}>
              {state.waiting ? "The connection is lost. Trying again…" : leftOf(state)}
            </span>
          </>
        )}
        {state.name === "reading" && "Reading the first rows…"}
      </p>
    </div>
  );
}

export const megabytes = (bytes: number) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

function leftOf({ rate, sent, file }: Extract<Busy, { name: "sending" }>): string {
  if (rate <= 0 || sent >= file.size) return "";
  const seconds = Math.ceil((file.size - sent) / rate);
  const left = seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  return `${megabytes(rate)} MB a second · about ${left} left`;
}

/** Said by quarters: somebody listening does not want every part. */
export function wordsOfUpload(state: UploadState): string {
  if (state.name === "reading") return "The file is here. Reading the first rows.";
  if (state.name !== "sending") return "";
  const quarters = Math.floor((state.sent / state.file.size) * 4);
  return quarters === 0 ? `Uploading ${state.file.name}.` : `Uploading: ${quarters * 25} percent.`;
}
