"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { DateTime } from "#components/ui/date-time";
import { TextLink } from "#components/ui/text-link";
import { repeatWords } from "#server/occurrences/schema";
import type { Campaign } from "./use-campaign-edits.tsx";

type Props = { workspace: string; campaign: Campaign; canLaunch: boolean };

/** Says when a scheduled campaign starts, and why nothing of it can be changed meanwhile. */
export function ScheduledNote({ workspace, campaign, canLaunch }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const unschedule = useMutation(
    trpc.campaigns.unschedule.mutationOptions({
      onSuccess: async () => {
        toast.success("It is a draft again.");
        router.refresh();
        // The forecast is of another day now.
        await queries.invalidateQueries({ queryKey: trpc.campaigns.review.pathKey() });
      },
      onError: (error) => toast.error(asProblem(error)?.message),
    }),
  );
  const { timezone } = campaign.settings;
  const series = campaign.series?.active ? campaign.series : null;
  return (
    <Callout
      className="mb-5"
      title={
        <>
          {series ? "Launches next" : "Launches"} <DateTime at={campaign.startsAt} timeZone={timezone} /> (
          {timezone})
        </>
      }
      action={
        canLaunch && (
          <Button
            size="sm"
            pending={unschedule.isPending}
            onClick={() => unschedule.mutate({ id: campaign.id })}
          >
            Unschedule
          </Button>
        )
      }
    >
      {series && (
        <>
          {repeatWords(series.repeat)}: each time becomes a{" "}
          <TextLink href={`/${workspace}/campaigns/${campaign.id}/edit/occurrences`}>
            campaign of its own
          </TextLink>
          .{" "}
        </>
      )}
      {series
        ? "Meanwhile it stays as it was reviewed. Unschedule it to end the repeats, or to change its steps, audience or settings: what is launched already goes on."
        : "Until then it stays as it was reviewed. Unschedule it to change its steps, audience or settings."}
    </Callout>
  );
}
