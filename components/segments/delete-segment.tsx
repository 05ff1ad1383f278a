"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import type { ComponentProps } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";

type Props = { workspace: string; kind: "list" | "segment"; id: string; name: string };
type DialogProps = Props & Pick<ComponentProps<typeof ConfirmDialog>, "trigger" | "open" | "onOpenChange">;

/** A button that deletes a list or segment, after a question. */
export function DeleteSegment(props: Props) {
  return <DeleteSegmentDialog {...props} trigger={<Button variant="danger-quiet">Delete</Button>} />;
}

/** The question. What uses the list or segment is named, and keeps it. */
export function DeleteSegmentDialog({ workspace, kind, id, name, ...dialog }: DialogProps) {
  const trpc = useTRPC();
  const router = useRouter();
  const remove = useMutation(trpc.segments.delete.mutationOptions());
  async function confirmed() {
    try {
      await remove.mutateAsync({ id });
    } catch (error) {
      throw new Error(asProblem(error)?.message, { cause: error });
    }
    toast.success(`${name} was deleted`);
    router.push(`/${workspace}/${kind}s`);
    router.refresh();
  }
  return (
    <ConfirmDialog
      {...dialog}
      title={`Delete ${name}?`}
      confirm={`Delete ${kind}`}
      danger
      onConfirm={confirmed}
    >
      The contacts stay. Only the {kind} goes.
    </ConfirmDialog>
  );
}
