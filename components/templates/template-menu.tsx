"use client";
import { useMutation } from "@tanstack/react-query";
import { Copy, Ellipsis, History, Trash2 } from "lucide-react";
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

type Props = { workspace: string; template: { id: string; name: string } };

export function TemplateMenu({ workspace, template: { id, name } }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const [deleting, setDeleting] = useState(false);
  const duplicate = useMutation(
    trpc.templates.duplicate.mutationOptions({
      onSuccess: (copy) => router.push(`/${workspace}/templates/${copy.id}`),
      onError: (error) => toast.error(error.message),
    }),
  );
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
          <DropdownMenuSeparator />
          <DropdownMenuItem danger onSelect={() => setDeleting(true)}>
            <Trash2 /> Delete
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <ConfirmDialog
        open={deleting}
        onOpenChange={setDeleting}
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
