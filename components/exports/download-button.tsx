"use client";
import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";

const sizeOf = (bytes: number) =>
  bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

type Props = { id: string; what: string; sizeBytes: number };

/** Fetches a link that works for a few minutes, and follows it. */
export function DownloadButton({ id, what, sizeBytes }: Props) {
  const trpc = useTRPC();
  const link = useMutation(
    trpc.exports.link.mutationOptions({
      onSuccess: ({ path }) => location.assign(path),
      onError: (error) => toast.error(asProblem(error)?.message),
    }),
  );
  return (
    <Button size="sm" pending={link.isPending} onClick={() => link.mutate({ id })}>
      <Download aria-hidden /> Download <span className="sr-only">the export of {what}</span>{" "}
      <span className="text-muted">{sizeOf(sizeBytes)}</span>
    </Button>
  );
}
