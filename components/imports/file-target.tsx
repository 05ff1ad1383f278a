"use client";
import { FileUp } from "lucide-react";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { cn } from "#components/ui/cn";
import { Kbd } from "#components/ui/kbd";

type Props = {
  onFile: (file: File | undefined) => void;
  /** Takes the focus: it comes back after an upload that failed. */
  focused: boolean;
  describedBy?: string;
};

const accepted = [
  ...[".csv", ".tsv", ".tab", ".txt", ".xlsx", ".json", ".ndjson", ".jsonl", ".gz", ".zip"],
  ...["text/csv", "text/tab-separated-values", "application/json", "application/zip", "application/gzip"],
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
].join(",");

/** Where a file is dropped (anywhere on the page will do), or chosen with mouse or keyboard. */
export function FileTarget({ onFile, focused, describedBy }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const over = useFileDrop(onFile);
  useEffect(() => {
    if (focused) input.current?.focus();
  }, [focused]);
  function choose(target: HTMLInputElement) {
    const file = target.files?.[0];
    // The same file can be chosen again.
    target.value = "";
    if (file) onFile(file);
  }
  const chooseEarly = useEffectEvent(() => {
    if (input.current) choose(input.current);
  });
  // Chosen on a slow machine, before anybody listened.
  useEffect(() => chooseEarly(), []);
  return (
    <label
      className={cn(
        "relative flex cursor-pointer flex-col items-center rounded-lg border border-dashed border-line-strong bg-surface px-6 py-12 text-center hover:bg-hover",
        "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-ring",
        over && "border-accent bg-accent-soft",
      )}
    >
      <span className="mb-3 flex size-10 items-center justify-center rounded-lg border bg-surface text-muted shadow-card">
        <FileUp aria-hidden className="size-4.5" />
      </span>
      <span className="text-base font-medium">{over ? "Drop it to upload" : "Choose a file"}</span>
      <span className="text-muted">
        or drop it anywhere on this page<span className="max-sm:hidden">, or paste rows with</span>{" "}
        <span className="max-sm:hidden">
          <Kbd>Ctrl</Kbd> <Kbd>V</Kbd>
        </span>
      </span>
      <span className="mt-3 text-xs text-muted">
        CSV, TSV, Excel (.xlsx), JSON, NDJSON, also as .gz or .zip, up to 5 GB
      </span>
      <input
        ref={input}
        type="file"
        accept={accepted}
        aria-label="File of contacts"
        aria-describedby={describedBy}
        className="sr-only"
        onChange={(event) => choose(event.target)}
      />
    </label>
  );
}

/** True while a file is dragged over the page. A file dropped beside the target must not replace the page. */
function useFileDrop(onFile: (file: File | undefined) => void): boolean {
  const [over, setOver] = useState(false);
  const take = useRef(onFile);
  useEffect(() => {
    take.current = onFile;
  });
  useEffect(() => {
    const holdsFile = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    function enter(event: DragEvent) {
      if (!holdsFile(event)) return;
      event.preventDefault();
      setOver(true);
    }
    function leave(event: DragEvent) {
      if (event.relatedTarget === null) setOver(false);
    }
    function drop(event: DragEvent) {
      if (!holdsFile(event)) return;
      event.preventDefault();
      setOver(false);
      take.current(event.dataTransfer?.files[0]);
    }
    window.addEventListener("dragover", enter);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragover", enter);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("drop", drop);
    };
  }, []);
  return over;
}
