"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import { PauseDialog } from "./pause-dialog.tsx";
import type { Campaign } from "./use-campaign-edits.tsx";

/** Confirmed by the server before anything on the page says so. */
export function PauseResume({ campaign }: { campaign: Pick<Campaign, "id" | "status" | "archived"> }) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const resume = useMutation(
    trpc.campaigns.resume.mutationOptions({
      onSuccess: async () => {
        toast.success("Resumed.");
        router.refresh();
        await queries.invalidateQueries({ queryKey: trpc.analytics.pathKey() });
      },
      onError: (error) => {
        if (!asProblem(error)?.fields.confirmed) toast.error(asProblem(error)?.message);
      },
    }),
  );
  const overdue = asProblem(resume.error)?.fields.confirmed;
  if (campaign.status === "active") return <PauseDialog id={campaign.id} />;
  if (campaign.status !== "paused" || campaign.archived) return null;
  return (
    <>
      <Button variant="primary" pending={resume.isPending} onClick={() => resume.mutate({ id: campaign.id })}>
        <Play /> Resume
      </Button>
      <ConfirmDialog
        open={overdue !== undefined}
        onOpenChange={(open) => !open && resume.reset()}
        title="Resume after so long?"
        confirm="Resume"
        onConfirm={async () => {
          await resume.mutateAsync({ id: campaign.id, confirmed: true });
        }}
      >
        {overdue}
      </ConfirmDialog>
    </>
  );
}
