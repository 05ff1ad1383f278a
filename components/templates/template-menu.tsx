"use client";
import { useMutation } from "@tanstack/react-query";
import { Archive, ArchiveRestore, Copy, Ellipsis, FolderInput, History, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "#components/ui/dropdown-menu";
import { PlaceDialog, type Placed } from "./place-dialog.tsx";

type Props = { workspace: string; template: Placed & { name: string; status: string } };

export function TemplateMenu({ workspace, template }: Props) {
  const { id, name, status } = template;
  const trpc = useTRPC();
  const router = useRouter();
  const [asking, setAsking] = useState<"place" | "removal" | null>(null);
  const duplicate = useMutation(
    trpc.templates.duplicate.mutationOptions({
      onSuccess: (copy) => router.push(`/${workspace}/templates/${copy.id}`),
      onError: (error) => toast.error(error.message),
    }),
  );
  const moved = {
    onSuccess: () => router.refresh(),
    onError: (error: { message: string }) => toast.error(error.message),
  };
  const archive = useMutation(trpc.templates.archive.mutationOptions(moved));
  const unarchive = useMutation(trpc.templates.unarchive.mutationOptions(moved));
  const remove = useMutation(trpc.templates.remove.mutationOptions());
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button size="icon" aria-label="More for this template" pending={duplicate.isPending}>
            <Ellipsis />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent>
          <DropdownMenuItem onSelect={() => duplicate.mutate({ id })}>
            <Copy /> Duplicate
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => router.push(`/${workspace}/templates/${id}/versions`)}>
            <History /> Versions
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => setAsking("place")}>
            <FolderInput /> Category, folder and tags
          </DropdownMenuItem>
          {status === "archived" ? (
            <DropdownMenuItem onSelect={() => unarchive.mutate({ id })}>
              <ArchiveRestore /> Take out of the archive
            </DropdownMenuItem>
          ) : (
            <DropdownMenuItem onSelect={() => archive.mutate({ id })}>
              <Archive /> Archive
            </DropdownMenuItem>
          )}
          <DropdownMenuSeparator />
          <DropdownMenuItem danger onSelect={() => setAsking("removal")}>
            <Trash2 /> Delete
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <PlaceDialog
        template={template}
        open={asking === "place"}
        onOpenChange={(open) => setAsking(open ? "place" : null)}
      />
      <ConfirmDialog
        open={asking === "removal"}
        onOpenChange={(open) => setAsking(open ? "removal" : null)}
        title={`Delete “${name}”?`}
        confirm="Delete template"
        danger
        onConfirm={async () => {
          await remove.mutateAsync({ id });
          router.push(`/${workspace}/templates`);
          router.refresh();
        }}
      >
        Steps that were started from it keep their own text.
      </ConfirmDialog>
    </>
  );
}
