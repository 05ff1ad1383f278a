"use client";
import { useMutation } from "@tanstack/react-query";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { FormError } from "#components/ui/form-error";
import { leaveTo } from "./leave-to.tsx";

export function AcceptButton({ token }: { token: string }) {
  const trpc = useTRPC();
  const accept = useMutation(
    trpc.invitations.accept.mutationOptions({ onSuccess: ({ slug }) => leaveTo(`/${slug}`) }),
  );
  return (
    <div className="space-y-4">
      <FormError>{asProblem(accept.error)?.message}</FormError>
      <Button
        variant="primary"
        size="lg"
        className="w-full"
        pending={accept.isPending || accept.isSuccess}
        onClick={() => accept.mutate({ token })}
      >
        Join
      </Button>
    </div>
  );
}
