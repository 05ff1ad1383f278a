"use client";
import { useMutation } from "@tanstack/react-query";
import { Ellipsis, Pencil, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "#components/ui/dropdown-menu";
import { NameDialog } from "./name-dialog.tsx";

type Props = { workspace: string; folder: { id: string; name: string } };

export function FolderMenu({ workspace, folder: { id, name } }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const [asking, setAsking] = useState<"name" | "removal" | null>(null);
  const rename = useMutation(trpc.templates.renameFolder.mutationOptions());
  const remove = useMutation(trpc.templates.removeFolder.mutationOptions());
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button size="icon-sm" variant="ghost" aria-label={`More for the folder ${name}`}>
            <Ellipsis />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="start">
          <DropdownMenuItem onSelect={() => setAsking("name")}>
            <Pencil /> Rename
          </DropdownMenuItem>
          <DropdownMenuItem danger onSelect={() => setAsking("removal")}>
            <Trash2 /> Delete folder
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <NameDialog
        title="Rename the folder"
        confirm="Rename"
        value={name}
        open={asking === "name"}
        onOpenChange={(open) => setAsking(open ? "name" : null)}
        onSubmit={async (next) => {
          await rename.mutateAsync({ id, name: next });
          router.refresh();
        }}
      />
      <ConfirmDialog
        open={asking === "removal"}
        onOpenChange={(open) => setAsking(open ? "removal" : null)}
        title={`Delete the folder “${name}”?`}
        confirm="Delete folder"
        danger
        onConfirm={async () => {
          await remove.mutateAsync({ id });
          router.push(`/${workspace}/templates`);
          router.refresh();
        }}
      >
        Its templates stay, outside of any folder.
      </ConfirmDialog>
    </>
  );
}
