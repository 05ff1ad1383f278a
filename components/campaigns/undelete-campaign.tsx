"use client";
import { useMutation } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";

type Props = { campaign: { id: string; name: string; archived: boolean } };

export function UndeleteCampaign({ campaign: { id, name, archived } }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const undelete = useMutation(
    trpc.campaigns.undelete.mutationOptions({
      onError: (error) => toast.error(asProblem(error)?.message),
      onSuccess: () => {
        toast.success(`“${name}” is back${archived ? " among the archived ones" : ""}.`);
        router.refresh();
      },
    }),
  );
  return (
    <Button
      size="sm"
      aria-label={`Bring back ${name}`}
      pending={undelete.isPending}
      onClick={() => undelete.mutate({ id })}
    >
      <Undo2 /> Bring back
    </Button>
  );
}
