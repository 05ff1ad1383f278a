"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";

export function RevokeKey({ id, name }: { id: string; name: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const revoke = useMutation(trpc.apiKeys.revoke.mutationOptions());
  return (
    <ConfirmDialog
      trigger={
        <Button size="sm" aria-label={`Revoke the key ${name}`}>
          Revoke
        </Button>
      }
      title={`Revoke “${name}”?`}
      confirm="Revoke the key"
      danger
      onConfirm={async () => {
        try {
          await revoke.mutateAsync({ id });
        } catch (error) {
          throw new Error(asProblem(error)?.message, { cause: error });
        }
        toast.success(`“${name}” no longer works.`);
        router.refresh();
      }}
    >
      Calls with it are refused from now on. This cannot be taken back: whatever uses it needs another key.
    </ConfirmDialog>
  );
}
