"use client";
import { ImageUp } from "lucide-react";
import { useRef, useState, type DragEvent } from "react";
import { Button } from "#components/ui/button";
import { cn } from "#components/ui/cn";

type Props = {
  /** The name of the file that is on its way. */
  uploading: string | null;
  onFile: (file: File) => void;
};

/** Takes a picture by choosing, dropping or pasting it. */
export function PictureDrop({ uploading, onFile }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file && !uploading) onFile(file);
  }
  return (
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={cn(
        "flex flex-col items-center gap-2 rounded-lg border border-dashed border-line-strong px-4 py-6 text-center",
        over && "border-ring bg-selected",
      )}
    >
      <input
        ref={input}
        type="file"
        accept="image/*"
        className="sr-only"
        tabIndex={-1}
        aria-label="Picture to upload"
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          target.value = "";
          if (file) onFile(file);
        }}
      />
      <Button pending={uploading !== null} onClick={() => input.current?.click()}>
        <ImageUp /> Upload a picture
      </Button>
      <p role="status" className="text-xs text-muted">
        {uploading
          ? `Uploading ${uploading}…`
          : "Or drop it here, or paste it. PNG, JPEG or GIF, up to 1 MB."}
      </p>
    </div>
  );
}
