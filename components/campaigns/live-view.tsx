"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import { CampaignFunnel } from "#components/analytics/campaign-funnel";
import { CampaignTimeline } from "#components/analytics/campaign-timeline";
import { EmailTable } from "#components/analytics/email-table";
import { NumberCards } from "#components/analytics/number-cards";
import { ReasonList } from "#components/analytics/reason-list";
import { useFollowed } from "#components/analytics/use-followed";
import { GoalsReached } from "#components/goals/goals-reached";
import { TestList } from "#components/ab-tests/test-list";
import { ReplyList } from "#components/replies/reply-list";
import { useTRPC, useTRPCClient } from "#components/trpc/client";
import { DateTime } from "#components/ui/date-time";
import { Section } from "#components/ui/section";
import { Skeleton } from "#components/ui/skeleton";
import type { RouterOutputs } from "#server/router";
import { ArrivalsCard } from "./arrivals-card.tsx";
import { CampaignHistory } from "./campaign-history.tsx";
import { PeopleTable } from "./people-table.tsx";
import { SendingState } from "./sending-state.tsx";
import { StepProgress } from "./step-progress.tsx";
import { UnknownMessages } from "./unknown-messages.tsx";
import type { Campaign } from "./use-campaign-edits.tsx";

export type Live = RouterOutputs["analytics"]["live"];
type Props = {
  workspace: string;
  campaign: Campaign;
  followed: RouterOutputs["analytics"]["follow"];
  timeline: RouterOutputs["analytics"]["timeline"];
  timeZone: string;
  canLaunch: boolean;
};

const pollMs = 3_000;

/** Follows a launched campaign: every number is counted from rows, so that this page and a reload say the same. */
export function LiveView({ workspace, campaign, followed, timeline, timeZone, canLaunch }: Props) {
  const trpc = useTRPC();
  const api = useTRPCClient();
  const router = useRouter();
  const { id } = campaign;
  const { value: live, error } = useFollowed({
    queryKey: trpc.analytics.follow.queryKey({ id }),
    ask: (seen) => api.analytics.follow.query({ id, seen }),
    initial: followed,
    // People open and click after the last email too, only no longer by the second.
    everyMs: (value) => (value?.status === "active" ? pollMs : 10 * pollMs),
  });
  const status = live?.status ?? campaign.status;
  // The title bar is the server's: it follows when the campaign pauses or completes by itself.
  useEffect(() => {
    if (status !== campaign.status) router.refresh();
  }, [status, campaign.status, router]);
  const queries = useQueryClient();
  const told = useRef(status);
  // What is no longer asked for by the second has changed for the last time with this.
  useEffect(() => {
    if (told.current === status) return;
    told.current = status;
    void queries.invalidateQueries({ queryKey: trpc.analytics.pathKey() });
    void queries.invalidateQueries({ queryKey: trpc.campaigns.history.pathKey() });
  }, [status, queries, trpc]);
  if (!live) return <Skeleton className="h-96" />;
  return (
    <>
      <SendingState live={live} timeZone={timeZone} stale={error !== null} />
      <NumberCards workspace={workspace} campaignId={id} live={live} />
      <UnknownMessages live={live} campaignId={campaign.id} canLaunch={canLaunch} timeZone={timeZone} />
      <ArrivalsCard campaign={campaign} live={live} timeZone={timeZone} canLaunch={canLaunch} />
      <GoalsReached workspace={workspace} campaign={campaign} live={live} timeZone={timeZone} />
      <Section title="Steps" flush description="Where everybody stands, and what each email has done.">
        <StepProgress campaign={campaign} live={live} timeZone={timeZone} />
      </Section>
      <EmailTable workspace={workspace} campaign={campaign} live={live} />
      <TestList
        campaign={campaign}
        active={live.status === "active"}
        canLaunch={canLaunch}
        timeZone={timeZone}
      />
      <div className="grid gap-x-5 lg:grid-cols-[20rem_minmax(0,1fr)]">
        <CampaignFunnel workspace={workspace} campaign={campaign} live={live} />
        <CampaignTimeline
          workspace={workspace}
          campaignId={id}
          initial={timeline}
          active={live.status === "active"}
          timeZone={timeZone}
        />
      </div>
      <ReasonList workspace={workspace} campaignId={id} live={live} />
      <ReplyList
        workspace={workspace}
        campaignId={campaign.id}
        active={live.status === "active"}
        timeZone={timeZone}
      />
      <PeopleTable
        workspace={workspace}
        campaign={campaign}
        active={live.status === "active"}
        ended={live.status === "completed"}
        canLaunch={canLaunch}
        timeZone={timeZone}
        counts={live.enrollments}
      />
      <CampaignHistory campaignId={id} timeZone={timeZone} />
      <p className="mt-4 text-xs text-muted">
        Last event: <DateTime at={live.lastEventAt} timeZone={timeZone} empty="none yet" />. Counted{" "}
        <DateTime at={live.countedAt} show="time" timeZone={timeZone} />.
      </p>
    </>
  );
}

export const liveCount = ({ enrollments: { enrolled = 0, active = 0, paused = 0 } }: Live) =>
  (enrolled + active + paused).toLocaleString("en");
