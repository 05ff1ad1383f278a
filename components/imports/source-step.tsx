"use client";
import { useEffect, useId, useRef, useState } from "react";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { FormError } from "#components/ui/form-error";
import { PanelTabs } from "#components/ui/panel-tabs";
import type { RouterOutputs } from "#server/router";
import { FileTarget } from "./file-target.tsx";
import { PasteSource } from "./paste-source.tsx";
import { UploadProgress, wordsOfUpload } from "./upload-progress.tsx";
import { UrlSource } from "./url-source.tsx";
import { type UploadOptions, useUpload } from "./use-upload.tsx";

type Props = UploadOptions & {
  onGoOn: (() => void) | null;
  /** A file that could not be fetched from its address. */
  unfetched: RouterOutputs["imports"]["byId"] | null;
};

/** Where the contacts come from: a file, rows that are pasted, or an address. */
export function SourceStep({ onGoOn, unfetched, ...options }: Props) {
  const { state, take, cancel } = useUpload(options);
  const { begun } = options;
  const hint = useId();
  const busy = state.name === "sending" || state.name === "reading";
  const again = state.name === "failed" ? state.again : null;
  const [source, setSource] = useState(unfetched ? "url" : "file");
  const [pasted, setPasted] = useState("");
  usePaste((text, chosen) => {
    if (busy) return;
    if (chosen) return void take(chosen);
    setPasted(text);
    setSource("paste");
  });
  const failedFile = state.name === "failed" && !again;
  const file = <FileTarget onFile={(chosen) => void take(chosen)} focused={failedFile} describedBy={hint} />;
  return (
    <div className="space-y-4">
      {begun && !busy && <Begun fileName={begun.fileName} onGoOn={onGoOn} />}
      {busy ? (
        <UploadProgress state={state} onCancel={() => void cancel()} />
      ) : (
        <PanelTabs
          label="Where the contacts come from"
          value={source}
          onChange={setSource}
          panels={[
            { value: "file", label: "File", content: file },
            {
              value: "paste",
              label: "Paste",
              content: <PasteSource key={pasted} initial={pasted} onFile={(made) => void take(made)} />,
            },
            {
              value: "url",
              label: "Web address",
              content: <UrlSource failed={unfetched} onFetching={options.onImport} />,
            },
          ]}
        />
      )}
      <p role="status" className="sr-only">
        {wordsOfUpload(state)}
      </p>
      <FormError>{state.name === "failed" ? state.problem : null}</FormError>
      {again && (
        <Button variant="primary" autoFocus onClick={again}>
          Try again
        </Button>
      )}
      <ul id={hint} className="list-disc space-y-1 pl-5 text-muted">
        <li>
          One column must hold email addresses. The others become fields, or are left out, as you choose.
        </li>
        <li>Nothing is written before you have seen what will happen, and you can undo it for 30 days.</li>
        <li>People who unsubscribed stay unsubscribed, whatever the file says.</li>
      </ul>
    </div>
  );
}

function Begun({ fileName, onGoOn }: { fileName: string; onGoOn: (() => void) | null }) {
  if (!onGoOn)
    return (
      <Callout title={`The upload of ${fileName} was not finished`}>
        Choose the same file to go on where it stopped, or another one to start afresh.
      </Callout>
    );
  return (
    <Callout
      kind="success"
      title={`${fileName} is here already`}
      action={
        <Button size="sm" onClick={onGoOn}>
          Go on with it
        </Button>
      }
    >
      Or choose another file to start afresh.
    </Callout>
  );
}

/** What is pasted anywhere on the page but into a field: cells as text, or a file. */
function usePaste(onPaste: (text: string, file: File | undefined) => void): void {
  const take = useRef(onPaste);
  useEffect(() => {
    take.current = onPaste;
  });
  useEffect(() => {
    function paste(event: ClipboardEvent) {
      const into = event.target;
      if (into instanceof HTMLElement && into.closest("input:not([type=file]), textarea, [contenteditable]"))
        return;
      const text = event.clipboardData?.getData("text/plain") ?? "";
      const file = event.clipboardData?.files[0];
      if (!file && text.trim() === "") return;
      event.preventDefault();
      // Copied cells come as a picture too: the text is what is meant.
      take.current(text, text.trim() === "" ? file : undefined);
    }
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  }, []);
}
