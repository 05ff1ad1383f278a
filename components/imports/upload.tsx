import { partBytes } from "#server/imports/schema";

const triesMax = 6;

export type Sending = {
  id: string;
  file: File;
  workspace: string;
  from: number;
  signal: AbortSignal;
  /** Bytes that have arrived. */
  onProgress: (bytes: number) => void;
  /** A part did not arrive, and is tried again in a moment. */
  onWaiting: () => void;
};

/**
 * Sends a file in parts, from part `from` on, each tried again for about a minute when the connection fails.
 * Throws an Error whose message is a sentence for the person.
 */
export async function sendParts(sending: Sending): Promise<void> {
  const { id, file, from, onProgress } = sending;
  const parts = Math.ceil(file.size / partBytes);
  onProgress(Math.min(file.size, from * partBytes));
  for (let part = from; part < parts; part++) {
    await sendPart(
      `/api/uploads/${id}/${part}`,
      file.slice(part * partBytes, (part + 1) * partBytes),
      sending,
    );
    onProgress(Math.min(file.size, (part + 1) * partBytes));
  }
}

async function sendPart(url: string, body: Blob, { workspace, signal, onWaiting }: Sending): Promise<void> {
  const checksum = await checksumOf(body);
  for (let attempt = 1; ; attempt++) {
    const answer = await fetch(url, {
      method: "PUT",
      body,
      signal,
      headers: { "x-workspace": workspace, "content-type": "application/octet-stream", ...checksum },
    }).catch((error: unknown) => {
      if (signal.aborted) throw error;
      return null;
    });
    if (answer?.ok) return;
    signal.throwIfAborted();
    const lasting = answer !== null && answer.status < 500 && answer.status !== 429;
    if (lasting || attempt === triesMax) throw new Error(await sentenceOf(answer));
    onWaiting();
    await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** attempt));
  }
}

async function sentenceOf(answer: Response | null): Promise<string> {
  if (!answer) return "The connection was lost. Choose the file again: the upload goes on where it stopped.";
  if (answer.status === 413)
    return "A proxy between you and Postroad refuses uploads of 900 kB. Ask whoever runs it to allow 1 MB.";
  const body: unknown = await answer.json().catch(() => null);
  if (body && typeof body === "object" && "message" in body && typeof body.message === "string")
    return body.message;
  return "The upload failed. Choose the file again: it goes on where it stopped.";
}

/** The checksum of a part as a header; browsers count one only on pages that came over HTTPS or from this machine. */
async function checksumOf(body: Blob): Promise<Record<string, string>> {
  if (!window.isSecureContext) return {};
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await body.arrayBuffer()));
  return { "x-part-sha256": Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") };
}
