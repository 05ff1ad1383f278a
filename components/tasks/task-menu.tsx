"use client";
import { useMutation } from "@tanstack/react-query";
import { Ellipsis } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "#components/ui/dropdown-menu";
import type { RouterOutputs } from "#server/router";
import { TaskDialog } from "./task-dialog.tsx";

type Task = RouterOutputs["tasks"]["list"]["rows"][number];

export function TaskMenu({ task }: { task: Task }) {
  const trpc = useTRPC();
  const router = useRouter();
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const remove = useMutation(trpc.tasks.delete.mutationOptions());
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button variant="ghost" size="icon-sm" aria-label={`More: ${task.title}`}>
            <Ellipsis />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end">
          <DropdownMenuItem onSelect={() => setOpen("edit")}>Edit</DropdownMenuItem>
          <DropdownMenuItem danger onSelect={() => setOpen("delete")}>
            Delete
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      {open === "edit" && <TaskDialog contactId={task.contactId} task={task} onClose={() => setOpen(null)} />}
      {open === "delete" && (
        <ConfirmDialog
          open
          onOpenChange={(next) => !next && setOpen(null)}
          title={`Delete “${task.title}”?`}
          confirm="Delete task"
          danger
          onConfirm={async () => {
            try {
              await remove.mutateAsync({ id: task.id });
            } catch (error) {
              throw new Error(asProblem(error)?.message, { cause: error });
            }
            toast.success("The task is deleted");
            router.refresh();
          }}
        >
          It is noted on the contact’s timeline that it was there.
        </ConfirmDialog>
      )}
    </>
  );
}
