"use client";
import { FileUp } from "lucide-react";
import { type DragEvent, useEffect, useRef, useState } from "react";
import { cn } from "#components/ui/cn";

type Props = {
  onFile: (file: File | undefined) => void;
  /** Takes the focus: it comes back after an upload that failed. */
  focused: boolean;
  describedBy?: string;
};

/** Where a file is dropped, or chosen with mouse or keyboard. */
export function FileTarget({ onFile, focused, describedBy }: Props) {
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focused) input.current?.focus();
  }, [focused]);
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
        "relative flex cursor-pointer flex-col items-center rounded-lg border border-dashed border-line-strong px-6 py-12 text-center hover:bg-hover",
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
        ref={input}
        type="file"
        accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values"
        aria-label="CSV file"
        aria-describedby={describedBy}
        className="sr-only"
        onChange={(event) => {
          onFile(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
    </label>
  );
}
