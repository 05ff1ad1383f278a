"use client";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { asProblem } from "#components/trpc/client";
import { Button } from "#components/ui/button";

/** For a mutation that takes a row away: says so, and shows the page without it. */
export function useRemoved(words: string) {
  const router = useRouter();
  return {
    onSuccess: () => {
      toast.success(words);
      router.refresh();
    },
    onError: (error: unknown) => toast.error(asProblem(error)?.message),
  };
}

/** `label` says what is removed, for those who don't see the row. */
export function RemoveButton({
  label,
  pending,
  onClick,
}: {
  label: string;
  pending: boolean;
  onClick: () => void;
}) {
  return (
    <Button size="sm" variant="ghost" aria-label={label} pending={pending} onClick={onClick}>
      Remove
    </Button>
  );
}
