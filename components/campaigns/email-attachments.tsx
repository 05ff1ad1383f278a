"use client";
import { Paperclip, X } from "lucide-react";
import { useParams } from "next/navigation";
import { useRef, useState } from "react";
import { v7 } from "uuid";
import { Button } from "#components/ui/button";
import {
  type Attachment,
  attachmentBytesMax,
  attachmentPartBytes,
  attachmentsMax,
} from "#server/campaigns/schema";

type Props = { attachments: Attachment[]; onChange: (attachments: Attachment[]) => void };

const size = (bytes: number) =>
  bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1e6).toFixed(1)} MB`;

/** The files that go with an email. */
export function EmailAttachments({ attachments, onChange }: Props) {
  const { workspace } = useParams<{ workspace: string }>();
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const used = attachments.reduce((sum, file) => sum + file.sizeBytes, 0);

  async function attach(file: File) {
    setProblem(refusal(file, used));
    if (refusal(file, used)) return;
    setBusy(file.name);
    try {
      const id = v7();
      await sendFile(file, id, workspace);
      const mime = /^[\w.+-]+\/[\w.+-]+$/.test(file.type) ? file.type : "application/octet-stream";
      onChange([...attachments, { id, filename: file.name.slice(-200), mime, sizeBytes: file.size }]);
    } catch (error) {
      setProblem(
        `“${file.name}” was not attached. ${error instanceof Error ? error.message : String(error)}`,
      );
    } finally {
      setBusy(null);
    }
  }

  return (
    <section aria-label="Files" className="space-y-2">
      {attachments.length > 0 && (
        <ul className="divide-y rounded-md border">
          {attachments.map((file) => (
            <li key={file.id} className="flex items-center gap-2 py-1 pr-1 pl-3">
              <Paperclip aria-hidden className="size-3.5 shrink-0 text-muted" />
              <span className="min-w-0 flex-1 truncate">{file.filename}</span>
              <span className="text-xs text-muted tabular-nums">{size(file.sizeBytes)}</span>
              <Button
                variant="ghost"
                size="icon-sm"
                aria-label={`Remove ${file.filename}`}
                onClick={() => onChange(attachments.filter((each) => each.id !== file.id))}
              >
                <X />
              </Button>
            </li>
          ))}
        </ul>
      )}
      <input
        ref={input}
        type="file"
        className="sr-only"
        tabIndex={-1}
        aria-label="File to attach"
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          target.value = "";
          if (file) void attach(file);
        }}
      />
      {attachments.length < attachmentsMax && (
        <Button size="sm" pending={busy !== null} onClick={() => input.current?.click()}>
          <Paperclip /> Attach a file
        </Button>
      )}
      <p role="status" className="text-xs text-muted">
        {busy
          ? `Uploading ${busy}…`
          : attachments.length > 0
            ? `${size(used)} of ${size(attachmentBytesMax)}. Files go with every single message, and make it likelier to be taken for spam.`
            : ""}
      </p>
      {problem && (
        <p role="alert" className="text-xs text-danger">
          {problem}
        </p>
      )}
    </section>
  );
}

function refusal(file: File, used: number): string | null {
  if (file.size === 0) return `“${file.name}” is empty.`;
  if (used + file.size <= attachmentBytesMax) return null;
  return `“${file.name}” has ${size(file.size)}, and the files of an email may have ${size(attachmentBytesMax)} together. Choose a smaller one, or link to it.`;
}

/** Sends a file in parts. Throws an Error whose message is a sentence. */
async function sendFile(file: File, id: string, workspace: string): Promise<void> {
  for (let part = 0; part * attachmentPartBytes < file.size; part += 1) {
    const answer = await fetch(`/api/attachments/${id}/${part}`, {
      method: "PUT",
      headers: { "x-workspace": workspace },
      body: file.slice(part * attachmentPartBytes, (part + 1) * attachmentPartBytes),
    });
    if (answer.ok) continue;
    const said = (await answer.json().catch(() => null)) as { message?: string } | null;
    throw new Error(said?.message ?? `The server answered with status ${answer.status}. Try again.`);
  }
}
