"use client";
import { useMutation } from "@tanstack/react-query";
import { useParams, useRouter } from "next/navigation";
import { toast } from "sonner";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import type { Domain } from "./domain-state.tsx";

/** Removes a domain, after a question, and leads back to the others. */
export function RemoveDomain({ domain: { id, domain, verifiedAt } }: { domain: Domain }) {
  const trpc = useTRPC();
  const router = useRouter();
  const { workspace } = useParams<{ workspace: string }>();
  const remove = useMutation(trpc.domains.remove.mutationOptions());
  return (
    <ConfirmDialog
      trigger={<Button variant="danger-quiet">Remove</Button>}
      title={`Remove ${domain}?`}
      confirm="Remove domain"
      danger
      typeToConfirm={verifiedAt ? domain : undefined}
      onConfirm={async () => {
        await remove.mutateAsync({ id });
        toast.success(`${domain} was removed`);
        router.push(`/${workspace}/settings/domains`);
        router.refresh();
      }}
    >
      {verifiedAt
        ? "Its key is forgotten, and its mail leaves unsigned from now on. Added again, it gets a new key and needs a new record."
        : "Its key is forgotten. Added again, it gets a new one."}
    </ConfirmDialog>
  );
}
