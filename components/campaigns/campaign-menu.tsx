"use client";
import { useMutation } from "@tanstack/react-query";
import {
  Archive,
  ArchiveRestore,
  CalendarX2,
  CircleStop,
  Copy,
  DoorOpen,
  Ellipsis,
  LayoutTemplate,
  ListChecks,
  Trash2,
} from "lucide-react";
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
import { keptDays } from "#server/campaigns/schema";
import { EndDate } from "./end-date.tsx";
import { SaveTemplate } from "./save-template.tsx";

type Props = {
  workspace: string;
  campaign: {
    id: string;
    name: string;
    status: string;
    archived: boolean;
    endsAt: Date | null;
    goesOn: boolean;
    timezone: string;
  };
  canLaunch: boolean;
};

export function CampaignMenu({ workspace, campaign, canLaunch }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const [asking, setAsking] = useState<"end" | "end date" | "template" | "delete" | null>(null);
  const close = (open: boolean) => !open && setAsking(null);
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
  const reopen = useMutation(
    trpc.campaigns.reopen.mutationOptions(said(`“${campaign.name}” takes people in again.`)),
  );
  const end = useMutation(trpc.campaigns.end.mutationOptions());
  const remove = useMutation(trpc.campaigns.remove.mutationOptions());
  const runs = campaign.status === "active" || campaign.status === "paused";
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
          {campaign.status === "draft" && !campaign.archived && (
            <DropdownMenuItem onSelect={() => router.push(`/${workspace}/campaigns/${campaign.id}/guide`)}>
              <ListChecks /> Go on step by step
            </DropdownMenuItem>
          )}
          <DropdownMenuItem onSelect={() => clone.mutate(ref)}>
            <Copy /> Clone
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => setAsking("template")}>
            <LayoutTemplate /> Save as template
          </DropdownMenuItem>
          {canLaunch && !campaign.archived && campaign.status !== "completed" && (
            <DropdownMenuItem onSelect={() => setAsking("end date")}>
              <CalendarX2 /> {campaign.endsAt ? "Change the end date" : "Set an end date"}
            </DropdownMenuItem>
          )}
          {canLaunch && runs && (
            <DropdownMenuItem onSelect={() => setAsking("end")}>
              <CircleStop /> End now
            </DropdownMenuItem>
          )}
          {canLaunch && campaign.goesOn && campaign.status === "completed" && !campaign.archived && (
            <DropdownMenuItem onSelect={() => reopen.mutate(ref)}>
              <DoorOpen /> Open again
            </DropdownMenuItem>
          )}
          {campaign.archived ? (
            <DropdownMenuItem onSelect={() => restore.mutate(ref)}>
              <ArchiveRestore /> Restore
            </DropdownMenuItem>
          ) : (
            <DropdownMenuItem disabled={campaign.status === "active"} onSelect={() => archive.mutate(ref)}>
              <Archive /> Archive
            </DropdownMenuItem>
          )}
          <DropdownMenuItem danger disabled={!deletable} onSelect={() => setAsking("delete")}>
            <Trash2 /> Delete
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <SaveTemplate campaign={campaign} open={asking === "template"} onOpenChange={close} />
      <EndDate campaign={campaign} open={asking === "end date"} onOpenChange={close} />
      <ConfirmDialog
        open={asking === "end"}
        onOpenChange={close}
        title={`End “${campaign.name}” now?`}
        confirm="End campaign"
        danger
        onConfirm={async () => {
          await end.mutateAsync(ref);
          toast.success(`“${campaign.name}” has ended.`);
          router.refresh();
        }}
      >
        Everybody who is still on the way leaves it, and what is queued for them is cancelled.
        {campaign.goesOn
          ? " It takes nobody in any more until you open it again."
          : " This cannot be taken back; you can clone it."}
      </ConfirmDialog>
      <ConfirmDialog
        open={asking === "delete"}
        onOpenChange={close}
        title={`Delete “${campaign.name}”?`}
        confirm="Delete campaign"
        danger
        onConfirm={async () => {
          const { leaving } = await remove.mutateAsync(ref);
          const rest = leaving ? " Those who are still on the way in it leave within some minutes." : "";
          toast.success(`“${campaign.name}” is deleted.${rest}`);
          router.push(`/${workspace}/campaigns`);
          router.refresh();
        }}
      >
        Whoever is still on the way in it leaves it. For {keptDays} days it can be brought back from the list
        of campaigns, with “Deleted” as the status; what it has sent stays in the contacts’ timelines.
      </ConfirmDialog>
    </>
  );
}
