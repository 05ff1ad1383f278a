"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import { DateTime } from "#components/ui/date-time";
import { people } from "./launch-plan.tsx";
import type { Campaign } from "./use-campaign-edits.tsx";

type Props = { workspace: string; campaign: Campaign };

/** Launches a repeat at once, beside the times of the series. */
export function SendOneNow({ workspace, campaign }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const { audience, id, occurrences, startsAt, settings } = campaign;
  const count = useQuery(trpc.campaigns.countAudience.queryOptions({ audience }, { enabled: open }));
  const launch = useMutation(trpc.occurrences.launchByHand.mutationOptions());
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button>
          <Send /> Send one now
        </Button>
      }
      title={count.data ? `Send one now to ${people(count.data.count)}?` : "Send one now?"}
      confirm="Send one now"
      ready={!count.isFetching}
      onConfirm={async () => {
        const child = await launch.mutateAsync({ id, number: occurrences + 1 });
        toast.success(`Number ${occurrences + 1} is launched.`);
        router.push(`/${workspace}/campaigns/${child.id}`);
        router.refresh();
      }}
    >
      <p role="status">
        {count.isFetching && "Counting the audience. "}
        {count.error && `The audience could not be counted. ${asProblem(count.error)?.message ?? ""} `}
        It becomes a campaign of its own, number {occurrences + 1}, with the steps and settings as they are.
        Whoever got an earlier one gets this one too.
      </p>
      <p className="mt-2">
        The times of the series stay what they are: the next one is{" "}
        <DateTime at={startsAt} timeZone={settings.timezone} />.
      </p>
    </ConfirmDialog>
  );
}
