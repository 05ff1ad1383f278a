"use client";
import { useMutation } from "@tanstack/react-query";
import { UserMinus } from "lucide-react";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";

export function RemovePersonButton({ userId, name }: { userId: string; name: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const remove = useMutation(trpc.members.removeFromOrganization.mutationOptions());
  return (
    <ConfirmDialog
      trigger={
        <Button variant="ghost" size="icon-sm" aria-label={`Remove ${name} from the organization`}>
          <UserMinus />
        </Button>
      }
      title={`Remove ${name} from the organization?`}
      confirm="Remove"
      danger
      onConfirm={async () => {
        await remove.mutateAsync({ userId });
        toast.success(`${name} was removed`);
        router.refresh();
      }}
    >
      They leave every workspace and are signed out at once. What they made stays.
    </ConfirmDialog>
  );
}
