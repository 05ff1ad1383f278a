"use client";
import { useMutation } from "@tanstack/react-query";
import { UserMinus } from "lucide-react";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";

export function RemoveMemberButton({ userId, name }: { userId: string; name: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const remove = useMutation(trpc.members.remove.mutationOptions());
  return (
    <ConfirmDialog
      trigger={
        <Button variant="ghost" size="icon-sm" aria-label={`Remove ${name} from the workspace`}>
          <UserMinus />
        </Button>
      }
      title={`Remove ${name}?`}
      confirm="Remove"
      danger
      onConfirm={async () => {
        await remove.mutateAsync({ userId });
        toast.success(`${name} was removed from the workspace`);
        router.refresh();
      }}
    >
      They lose access to this workspace at once. What they made stays, and they stay in the organization.
    </ConfirmDialog>
  );
}
