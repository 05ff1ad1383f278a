"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";

type Props = { workspace: string; template: { id: string; version: number }; number: number };

/** Makes an earlier version the newest one, and opens the editor on it. */
export function RestoreVersion({ workspace, template: { id, version }, number }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const restore = useMutation(
    trpc.templates.restore.mutationOptions({
      onSuccess: (saved) => {
        toast.success(`Version ${number} is back, as version ${saved.version}.`);
        router.push(`/${workspace}/templates/${id}`);
        router.refresh();
      },
      onError: (error) => toast.error(error.message),
    }),
  );
  return (
    <Button
      variant="primary"
      pending={restore.isPending}
      onClick={() => restore.mutate({ id, number, version })}
    >
      Restore this version
    </Button>
  );
}
