"use client";
import { useEffect, useRef, useState } from "react";
import { v7 } from "uuid";
import { asProblem, useTRPCClient } from "#components/trpc/client";
import { fileBytesMax } from "#server/imports/schema";
import type { RouterOutputs } from "#server/router";
import { sendParts } from "./upload.tsx";

export type UploadState =
  | { name: "idle" }
  /** `rate` in bytes a second; `waiting` while a part is tried again. */
  | { name: "sending"; file: File; sent: number; rate: number; waiting: boolean }
  | { name: "reading"; file: File }
  /** `again` is set when the same thing can go on where it stopped. */
  | { name: "failed"; problem: string; again: (() => void) | null };

export type UploadOptions = {
  workspace: string;
  /** An import that was begun: the same file goes on where it stopped. */
  begun: RouterOutputs["imports"]["byId"] | null;
  /** The import that the upload belongs to; null when there is none any more. */
  onImport: (id: string | null) => void;
  onInspected: (inspection: RouterOutputs["imports"]["inspect"]) => void;
};

type Attempt = { id: string; fileName: string; size: number; lastModified: number | null };

/** Brings a file here and has its beginning read. One file is one import, however often it is tried. */
export function useUpload({ workspace, begun, onImport, onInspected }: UploadOptions) {
  const client = useTRPCClient();
  const [state, setState] = useState<UploadState>({ name: "idle" });
  /** Of the attempt under way. */
  const abort = useRef<AbortController>(null);
  const attempt = useRef<Attempt | null>(
    begun && { id: begun.id, fileName: begun.fileName, size: begun.fileSize, lastModified: null },
  );
  useEffect(() => () => abort.current?.abort(), []);

  async function forget(): Promise<void> {
    const id = attempt.current?.id;
    attempt.current = null;
    onImport(null);
    if (id) await client.imports.cancel.mutate({ id });
  }

  async function send(file: File, signal: AbortSignal): Promise<void> {
    const { id, partsReceived } = await begin(file);
    attempt.current = { ...attemptOf(file), id };
    onImport(id);
    const startedAt = performance.now();
    let first: number | null = null;
    await sendParts({
      id,
      file,
      workspace,
      from: partsReceived,
      signal,
      onProgress: (sent) => {
        // Parts of an earlier attempt are no measure of the speed of this one.
        first ??= sent;
        const seconds = (performance.now() - startedAt) / 1000;
        setState({ name: "sending", file, sent, rate: (sent - first) / seconds, waiting: false });
      },
      onWaiting: () => setState((now) => (now.name === "sending" ? { ...now, waiting: true } : now)),
    });
    setState({ name: "reading", file });
    onInspected(await client.imports.inspect.mutate({ id }));
  }

  /** Goes on with the import under way when it is of this file, unless the file was changed meanwhile. */
  async function begin(file: File): Promise<{ id: string; partsReceived: number }> {
    const { name: fileName, size: sizeBytes } = file;
    const ask = (key: string) =>
      client.imports.create.mutate({ key, fileName, sizeBytes, fingerprint: fingerprintOf(file) });
    if (attempt.current && isSame(attempt.current, file)) {
      try {
        return await ask(attempt.current.id);
      } catch (error) {
        if (asProblem(error)?.code !== "conflict") throw error;
      }
    }
    return ask(v7());
  }

  /** Runs one attempt; a second one has to wait for it to end. */
  async function attemptTo(
    work: (signal: AbortSignal) => Promise<void>,
    again: () => void,
    start: UploadState,
  ): Promise<void> {
    if (abort.current) return;
    const controller = new AbortController();
    abort.current = controller;
    setState(start);
    try {
      await work(controller.signal);
    } catch (error) {
      if (controller.signal.aborted) return;
      const lasting = asProblem(error)?.code === "invalid";
      // What can never be imported leaves no job behind that asks to be gone on with. The problem is said when that is
      // done: who reads it may choose another file at once.
      const told = lasting ? await forget().then(() => error, toldInstead) : error;
      if (controller.signal.aborted) return;
      setState({ name: "failed", problem: sentenceOf(told), again: lasting ? null : again });
    } finally {
      if (abort.current === controller) abort.current = null;
    }
  }

  function take(file: File | undefined): void {
    if (!file) return;
    const refusal = refusalOf(file);
    if (refusal) return setState({ name: "failed", problem: refusal, again: null });
    const start: UploadState = { name: "sending", file, sent: 0, rate: 0, waiting: false };
    void attemptTo(
      (signal) => send(file, signal),
      () => take(file),
      start,
    );
  }

  async function cancel(): Promise<void> {
    abort.current?.abort();
    abort.current = null;
    setState({ name: "idle" });
    await forget().catch(show);
  }

  const show = (error: unknown) => setState({ name: "failed", problem: sentenceOf(error), again: null });

  return { state, take, cancel };
}

const attemptOf = ({ name, size, lastModified }: File): Attempt => ({
  id: v7(),
  fileName: name,
  size,
  lastModified,
});

const fingerprintOf = ({ size, lastModified }: File) => `${size}:${lastModified}`;

const isSame = (attempt: Attempt, file: File) =>
  attempt.fileName === file.name
  && attempt.size === file.size
  && (attempt.lastModified === null || attempt.lastModified === file.lastModified);

function refusalOf(file: File): string | null {
  if (file.size === 0) return `"${file.name}" is empty. It needs a header line and at least one contact.`;
  if (file.size > fileBytesMax) return `"${file.name}" is larger than 5 GB. Split it into smaller files.`;
  return null;
}

const toldInstead = (failure: unknown) => failure;

/** Errors of the upload itself carry a sentence; those of procedures are read like everywhere. */
const sentenceOf = (error: unknown): string =>
  error instanceof Error && error.name === "Error"
    ? error.message
    : (asProblem(error)?.message ?? "The upload failed. Try again.");
