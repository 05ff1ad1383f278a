"use client";
import { FileUp } from "lucide-react";
import { type DragEvent, useEffect, useRef, useState } from "react";
import { v7 } from "uuid";
import { asProblem, useTRPCClient } from "#components/trpc/client";
import { Callout } from "#components/ui/callout";
import { cn } from "#components/ui/cn";
import { FormError } from "#components/ui/form-error";
import { ProgressBar } from "#components/ui/progress-bar";
import { fileBytesMax } from "#server/imports/schema";
import type { RouterOutputs } from "#server/router";
import type { Inspection } from "./import-wizard.tsx";
import { sendParts } from "./upload.tsx";

type Props = {
  workspace: string;
  /** An upload that was begun and not finished: the same file goes on where it stopped. */
  begun: RouterOutputs["imports"]["byId"] | null;
  onBegun: (id: string) => void;
  onInspected: (inspection: Inspection) => void;
};

type State =
  { name: "idle" } | { name: "sending"; file: File; sent: number } | { name: "reading"; file: File };

export function UploadStep({ workspace, begun, onBegun, onInspected }: Props) {
  const client = useTRPCClient();
  const [state, setState] = useState<State>({ name: "idle" });
  const [problem, setProblem] = useState<string | null>(null);
  const abort = useRef<AbortController>(null);
  useEffect(() => () => abort.current?.abort(), []);

  async function take(file: File | undefined) {
    if (!file || state.name !== "idle") return;
    setProblem(refusalOf(file));
    if (refusalOf(file)) return;
    const controller = new AbortController();
    abort.current = controller;
    try {
      setState({ name: "sending", file, sent: 0 });
      const goesOn = begun?.fileName === file.name && begun.fileSize === file.size;
      const { id, partsReceived } = await client.imports.create.mutate({
        key: goesOn ? begun.id : v7(),
        fileName: file.name,
        sizeBytes: file.size,
      });
      onBegun(id);
      await sendParts({
        id,
        file,
        workspace,
        from: partsReceived,
        signal: controller.signal,
        onProgress: (sent) => setState({ name: "sending", file, sent }),
      });
      setState({ name: "reading", file });
      onInspected(await client.imports.inspect.mutate({ id }));
    } catch (error) {
      if (controller.signal.aborted) return;
      setProblem(
        error instanceof Error && error.name === "Error"
          ? error.message
          : (asProblem(error)?.message ?? null),
      );
      setState({ name: "idle" });
    }
  }

  return (
    <div className="space-y-4">
      {begun && (
        <Callout title={`The upload of ${begun.fileName} was not finished`}>
          Choose the same file to go on, or another one to start afresh.
        </Callout>
      )}
      {state.name === "idle" ? <FileTarget onFile={(file) => void take(file)} /> : <Progress state={state} />}
      <FormError>{problem}</FormError>
      <ul className="list-disc space-y-1 pl-5 text-muted">
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

function refusalOf(file: File): string | null {
  if (file.size === 0) return `"${file.name}" is empty. It needs a header line and at least one contact.`;
  if (file.size > fileBytesMax) return `"${file.name}" is larger than 5 GB. Split it into smaller files.`;
  return null;
}

function FileTarget({ onFile }: { onFile: (file: File | undefined) => void }) {
  const [over, setOver] = useState(false);
  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    onFile(event.dataTransfer.files[0]);
  }
  return (
    <label
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={cn(
        "flex cursor-pointer flex-col items-center rounded-lg border border-dashed border-line-strong px-6 py-12 text-center hover:bg-hover",
        "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-ring",
        over && "border-accent bg-accent-soft",
      )}
    >
      <span className="mb-3 flex size-9 items-center justify-center rounded-lg border bg-surface text-muted shadow-card">
        <FileUp aria-hidden className="size-4" />
      </span>
      <span className="text-base font-medium">Choose a CSV file</span>
      <span className="text-muted">or drop it here</span>
      <input
        type="file"
        accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values"
        aria-label="CSV file"
        className="sr-only"
        onChange={(event) => {
          onFile(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
    </label>
  );
}

function Progress({ state }: { state: Exclude<State, { name: "idle" }> }) {
  const { file } = state;
  const sending = state.name === "sending";
  return (
    <div className="rounded-lg border bg-surface px-5 py-6 shadow-card">
      <p className="mb-3 font-medium break-all">{file.name}</p>
      <ProgressBar
        label="Upload"
        done={sending ? state.sent : file.size}
        total={sending ? file.size : null}
      />
      <p role="status" className="mt-2 text-xs text-muted">
        {sending ? `Uploading: ${Math.round((state.sent / file.size) * 100)} %` : "Reading the first rows…"}
      </p>
    </div>
  );
}
