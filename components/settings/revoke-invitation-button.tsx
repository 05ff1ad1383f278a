"use client";
import { useMutation } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";

export function RevokeInvitationButton({ id, email }: { id: string; email: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const revoke = useMutation(
    trpc.invitations.revoke.mutationOptions({
      onSuccess: () => toast.success(`The invitation of ${email} no longer works`),
      onError: (error) => toast.error(asProblem(error)?.message),
      onSettled: () => router.refresh(),
    }),
  );
  return (
    <Button
      variant="ghost"
      size="icon-sm"
      aria-label={`Withdraw the invitation of ${email}`}
      pending={revoke.isPending}
      onClick={() => revoke.mutate({ id })}
    >
      {!revoke.isPending && <X />}
    </Button>
  );
}
