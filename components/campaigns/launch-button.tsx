"use client";
import { useMutation } from "@tanstack/react-query";
import { CalendarClock, Rocket } from "lucide-react";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import { wallClock } from "./end-date.tsx";
import { people } from "./launch-plan.tsx";
import { awaitedDrafts, firstEmailSentence } from "./launch-words.ts";
import { ScheduleLaunch } from "./schedule-launch.tsx";
import type { Review } from "./launch-review.tsx";
import type { Campaign } from "./use-campaign-edits.tsx";
import { useWarningsSeen } from "./warnings-seen.tsx";

type Props = { workspace: string; campaign: Campaign; review: Review; allowed: boolean };

/** Launches now or at a later time; says what keeps it from that. */
export function LaunchButton({ workspace, campaign, review, allowed }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const { ready, acknowledged, list, onRefused } = useWarningsSeen(review);
  const launch = useMutation(trpc.campaigns.launch.mutationOptions({ onError: onRefused }));
  const blockers = review.problems.filter((problem) => problem.severity === "blocker").length;
  const reason = !allowed
    ? "Your role does not allow launching. Ask a member or an admin of the workspace."
    : blockers > 0
      ? `${blockers === 1 ? "1 thing" : `${blockers} things`} to fix first.`
      : null;
  const button = (
    <Button
      variant="primary"
      size="lg"
      disabled={reason !== null}
      aria-describedby={reason ? "launch-reason" : undefined}
    >
      <Rocket /> {campaign.status === "scheduled" ? "Launch now" : "Launch campaign"}
    </Button>
  );
  if (reason) {
    return (
      <div className="flex flex-wrap items-center gap-3 max-lg:mb-5">
        {button}
        <p id="launch-reason" className="text-muted">
          {reason}
        </p>
      </div>
    );
  }
  const { audience } = review;
  const scheduled = campaign.status === "scheduled";
  const triggered = campaign.type === "triggered";
  // Each of its times is launched by itself.
  const repeats = campaign.series?.active === true;
  return (
    <div className="flex flex-wrap items-center gap-3 max-lg:mb-5">
      {!repeats && (
        <ConfirmDialog
          trigger={button}
          title={triggered ? "Launch, and let people in?" : `Launch to ${people(audience.count)}?`}
          confirm="Launch"
          ready={ready}
          onConfirm={async () => {
            const { people: count } = await launch.mutateAsync({
              id: campaign.id,
              version: campaign.version,
              acknowledged,
            });
            toast.success(
              triggered ? "Launched: it takes in whoever comes." : `Launched to ${people(count)}.`,
            );
            router.push(`/${workspace}/campaigns/${campaign.id}`);
            router.refresh();
          }}
        >
          <p className={list ? "mb-3" : undefined}>
            {triggered
              ? "Nobody gets an email until something brings them in."
              : firstStepWords(campaign, review)}{" "}
            You can pause at any time; what has left cannot be called back.
          </p>
          {list}
        </ConfirmDialog>
      )}
      <ScheduleLaunch
        campaign={campaign}
        review={review}
        suggested={
          repeats && campaign.startsAt
            ? wallClock(campaign.startsAt, campaign.settings.timezone)
            : review.suggestedStart
        }
        trigger={
          <Button size="lg">
            <CalendarClock /> {repeats ? "Change the times" : scheduled ? "Change the time" : "Schedule"}
          </Button>
        }
      />
    </div>
  );
}

function firstStepWords({ steps, settings, goesOn }: Campaign, { forecast, audience }: Review): string {
  if (steps[0]?.type !== "email")
    return `Everybody starts with step 1, ${steps[0]?.title ?? ""}. Emails keep to the send window.`;
  if (audience.count === 0) return "No email leaves for now: nobody in the audience is to be disturbed.";
  if (!forecast) return "No email leaves while the send window stays shut.";
  return firstEmailSentence(forecast, { drafts: awaitedDrafts(steps), goesOn, zone: settings.timezone });
}
