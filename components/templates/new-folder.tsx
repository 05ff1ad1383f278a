"use client";
import { useMutation } from "@tanstack/react-query";
import { FolderPlus } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { NameDialog } from "./name-dialog.tsx";

export function NewFolder({ workspace }: { workspace: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const create = useMutation(trpc.templates.createFolder.mutationOptions());
  return (
    <NameDialog
      title="New folder"
      confirm="Make folder"
      trigger={
        <Button size="sm" variant="ghost">
          <FolderPlus /> New folder
        </Button>
      }
      onSubmit={async (name) => {
        const { id } = await create.mutateAsync({ name });
        router.push(`/${workspace}/templates?folder=${id}`);
        router.refresh();
      }}
    />
  );
}
