"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { v7 } from "uuid";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import type { RuleTree } from "#server/segments/schema";

type Props = { workspace: string; segmentId?: string; rules?: RuleTree; label?: string; primary?: boolean };

/** Asks for an export of everybody, of a list or segment, or of whom rules fit, and shows it being written. */
export function ExportButton({ workspace, segmentId, rules, label = "Export", primary = false }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  // Kept until it worked, so that a second click asks for the same export.
  const [key, setKey] = useState(() => v7());
  const create = useMutation(
    trpc.exports.create.mutationOptions({
      onSuccess: () => {
        setKey(v7());
        router.push(`/${workspace}/exports`);
        router.refresh();
      },
      onError: (error) => toast.error(asProblem(error)?.message),
    }),
  );
  return (
    <Button
      variant={primary ? "primary" : "secondary"}
      pending={create.isPending}
      onClick={() => create.mutate({ key, segmentId: segmentId ?? null, rules: rules ?? null })}
    >
      {label}
    </Button>
  );
}
