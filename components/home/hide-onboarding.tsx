"use client";
import { useMutation } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";

export function HideOnboarding() {
  const trpc = useTRPC();
  const router = useRouter();
  const hide = useMutation(
    trpc.analytics.hideOnboarding.mutationOptions({
      onSuccess: () => router.refresh(),
      onError: (error) => toast.error(asProblem(error)?.message),
    }),
  );
  return (
    <Button
      variant="ghost"
      size="icon-sm"
      aria-label="Hide this list"
      pending={hide.isPending}
      onClick={() => hide.mutate()}
    >
      {!hide.isPending && <X />}
    </Button>
  );
}
