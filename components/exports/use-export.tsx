"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { v7 } from "uuid";
import { asProblem, useTRPC } from "#components/trpc/client";
import type { ExportOf } from "#server/exports/schema";

/** Asks for an export and goes to its page. A second click asks for the same one; a click on other contacts does not. */
export function useExport(workspace: string): { pending: boolean; start: (of: ExportOf) => void } {
  const trpc = useTRPC();
  const router = useRouter();
  const [asked, setAsked] = useState<{ what: string; key: string } | null>(null);
  const create = useMutation(
    trpc.exports.create.mutationOptions({
      onSuccess: () => {
        setAsked(null);
        router.push(`/${workspace}/exports`);
        router.refresh();
      },
      onError: (error) => toast.error(asProblem(error)?.message),
    }),
  );
  return {
    pending: create.isPending,
    start: (of) => {
      const what = JSON.stringify(of);
      const mine = asked?.what === what ? asked : { what, key: v7() };
      setAsked(mine);
      create.mutate({ key: mine.key, of });
    },
  };
}
