"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useParams } from "next/navigation";
import { useState } from "react";
import { useTRPC } from "#components/trpc/client";
import type { RouterOutputs } from "#server/router";
import { mailPicture } from "./mail-picture.tsx";

export type Picture = RouterOutputs["pictures"]["list"]["rows"][number];

/** Uploads one picture at a time. `problem` is a sentence that says why the last one was not taken. */
export function usePictureUpload() {
  const { workspace } = useParams<{ workspace: string }>();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [uploading, setUploading] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  async function upload(file: File): Promise<Picture | null> {
    setProblem(null);
    setUploading(file.name);
    try {
      const picture = await send(await mailPicture(file), workspace);
      await queries.invalidateQueries({ queryKey: trpc.pictures.list.pathKey() });
      return picture;
    } catch (error) {
      setProblem(
        `“${file.name}” was not uploaded. ${error instanceof Error ? error.message : String(error)}`,
      );
      return null;
    } finally {
      setUploading(null);
    }
  }
  return { upload, uploading, problem };
}

/** Throws an Error whose message is a sentence. */
async function send(file: File, workspace: string): Promise<Picture> {
  const answer = await fetch("/api/pictures", {
    method: "POST",
    headers: { "x-workspace": workspace, "x-file-name": encodeURIComponent(file.name) },
    body: file,
  }).catch(() => null);
  if (!answer) throw new Error("Postroad did not answer. Check the connection and try again.");
  const said = (await answer.json().catch(() => null)) as (Picture & { message?: string }) | null;
  if (answer.ok && said) return said;
  throw new Error(said?.message ?? `The server answered with status ${answer.status}. Try again.`);
}
