"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { v7 } from "uuid";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import type { ContactFilter } from "#server/contacts/schema";

/** Exports whom the filters let through, or everybody. */
export function ContactExport({ workspace, filter }: { workspace: string; filter: ContactFilter }) {
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
  const filtered = Object.values(filter).some((part) => part !== undefined);
  return (
    <Button
      pending={create.isPending}
      onClick={() => create.mutate({ key, of: filtered ? { kind: "filter", filter } : { kind: "all" } })}
    >
      {filtered ? "Export these" : "Export"}
    </Button>
  );
}
