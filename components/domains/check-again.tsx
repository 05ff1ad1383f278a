"use client";
import { useMutation } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import { toast } from "sonner";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";

/** Looks for the records now; `first` does so by itself, once. */
export function CheckAgain({ id, first }: { id: string; first: boolean }) {
  const trpc = useTRPC();
  const router = useRouter();
  const check = useMutation(
    trpc.domains.check.mutationOptions({
      onSuccess: () => router.refresh(),
      onError: (error) => void toast.error(error.message),
    }),
  );
  const { mutate } = check;
  const begun = useRef(false);
  useEffect(() => {
    if (!first || begun.current) return;
    begun.current = true;
    mutate({ id });
  }, [first, id, mutate]);
  return (
    <Button pending={check.isPending} onClick={() => mutate({ id })}>
      <RefreshCw aria-hidden /> Check again
    </Button>
  );
}
