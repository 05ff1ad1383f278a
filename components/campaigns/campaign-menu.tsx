"use client";
import { useMutation } from "@tanstack/react-query";
import { Archive, ArchiveRestore, Copy, Ellipsis, Trash2 } from "lucide-react";
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

type Props = { workspace: string; campaign: { id: string; name: string; status: string; archived: boolean } };

export function CampaignMenu({ workspace, campaign }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const [asking, setAsking] = useState(false);
  const onError = (error: unknown) => toast.error(asProblem(error)?.message);
  const said = (text: string) => ({
    onError,
    onSuccess: () => {
      toast.success(text);
      router.refresh();
    },
  });
  const clone = useMutation(
    trpc.campaigns.clone.mutationOptions({
      onError,
      onSuccess: ({ id }) => router.push(`/${workspace}/campaigns/${id}/edit`),
    }),
  );
  const archive = useMutation(
    trpc.campaigns.archive.mutationOptions(said(`“${campaign.name}” is archived.`)),
  );
  const restore = useMutation(trpc.campaigns.restore.mutationOptions(said(`“${campaign.name}” is back.`)));
  const remove = useMutation(trpc.campaigns.remove.mutationOptions());
  const ref = { id: campaign.id };
  const deletable = campaign.status === "draft" || campaign.archived;
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button variant="ghost" size="icon-sm" aria-label={`Actions for ${campaign.name}`}>
            <Ellipsis />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent>
          <DropdownMenuItem onSelect={() => clone.mutate(ref)}>
            <Copy /> Clone
          </DropdownMenuItem>
          {campaign.archived ? (
            <DropdownMenuItem onSelect={() => restore.mutate(ref)}>
              <ArchiveRestore /> Restore
            </DropdownMenuItem>
          ) : (
            <DropdownMenuItem disabled={campaign.status === "active"} onSelect={() => archive.mutate(ref)}>
              <Archive /> Archive
            </DropdownMenuItem>
          )}
          <DropdownMenuItem danger disabled={!deletable} onSelect={() => setAsking(true)}>
            <Trash2 /> Delete
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Delete “${campaign.name}”?`}
        confirm="Delete campaign"
        danger
        onConfirm={async () => {
          await remove.mutateAsync(ref);
          toast.success(`“${campaign.name}” is deleted.`);
          router.push(`/${workspace}/campaigns`);
          router.refresh();
        }}
      >
        Its steps and settings are gone. What it has sent stays in the contacts’ timelines.
      </ConfirmDialog>
    </>
  );
}
