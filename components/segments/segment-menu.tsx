"use client";
import { useMutation } from "@tanstack/react-query";
import { Copy, Ellipsis, Trash2, Users } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "#components/ui/dropdown-menu";
import { DeleteSegmentDialog } from "./delete-segment.tsx";

type Props = { workspace: string; id: string; name: string };

/** What is done with a segment less often. */
export function SegmentMenu({ workspace, id, name }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const [deleting, setDeleting] = useState(false);
  const duplicate = useMutation(
    trpc.segments.duplicate.mutationOptions({
      onError: (error) => toast.error(asProblem(error)?.message),
      onSuccess: (copy) => {
        toast.success("Segment duplicated");
        router.push(`/${workspace}/segments/${copy.id}`);
      },
    }),
  );
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button size="icon" aria-label={`More for ${name}`} pending={duplicate.isPending}>
            <Ellipsis />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent>
          <DropdownMenuItem onSelect={() => router.push(`/${workspace}/contacts?list=${id}`)}>
            <Users /> Show in contacts
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => duplicate.mutate({ id })}>
            <Copy /> Duplicate
          </DropdownMenuItem>
          <DropdownMenuItem danger onSelect={() => setDeleting(true)}>
            <Trash2 /> Delete…
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <DeleteSegmentDialog
        workspace={workspace}
        kind="segment"
        id={id}
        name={name}
        open={deleting}
        onOpenChange={setDeleting}
      />
    </>
  );
}
