"use client";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { ReplyList } from "#components/replies/reply-list";
import { useTRPC } from "#components/trpc/client";
import { DateTime } from "#components/ui/date-time";
import { Section } from "#components/ui/section";
import { Stat } from "#components/ui/stat";
import type { RouterOutputs } from "#server/router";
import { ArrivalsCard } from "./arrivals-card.tsx";
import { CampaignFunnel } from "./campaign-funnel.tsx";
import { DailyChart } from "./daily-chart.tsx";
import { PeopleTable } from "./people-table.tsx";
import { percent } from "./percent.tsx";
import { SendingState } from "./sending-state.tsx";
import { StepProgress } from "./step-progress.tsx";
import { UnknownMessages } from "./unknown-messages.tsx";
import type { Campaign } from "./use-campaign-edits.tsx";

export type Live = RouterOutputs["analytics"]["live"];
type Props = {
  workspace: string;
  campaign: Campaign;
  live: Live;
  daily: RouterOutputs["analytics"]["daily"];
  timeZone: string;
  canLaunch: boolean;
};

const pollMs = 3_000;

/** Follows a launched campaign: every number is counted from rows, so that this page and a reload say the same. */
export function LiveView({
  workspace,
  campaign,
  live: initial,
  daily: initialDaily,
  timeZone,
  canLaunch,
}: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const ref = { id: campaign.id };
  const { data: live, isError } = useQuery(
    trpc.analytics.live.queryOptions(ref, {
      initialData: initial,
      // People open and click after the last email too, only no longer by the second.
      refetchInterval: (query) => (query.state.data?.status === "active" ? pollMs : 10 * pollMs),
    }),
  );
  const { data: daily } = useQuery(
    trpc.analytics.daily.queryOptions(ref, {
      initialData: initialDaily,
      // Until there is a first day it looks as often as the numbers do, which would disagree with it otherwise.
      refetchInterval: (query) =>
        live.status !== "active" ? 10 * pollMs : query.state.data?.length === 0 ? pollMs : 3 * pollMs,
    }),
  );
  // The title bar is the server's: it follows when the campaign pauses or completes by itself.
  useEffect(() => {
    if (live.status !== campaign.status) router.refresh();
  }, [live.status, campaign.status, router]);
  const { numbers } = live;
  return (
    <>
      <SendingState live={live} timeZone={timeZone} stale={isError} />
      <dl className="mb-5 grid grid-cols-2 gap-3 sm:grid-cols-4">
        <Stat
          label="People"
          value={live.people.toLocaleString("en")}
          note={`${liveCount(live)} on the way`}
        />
        <Stat
          label="Sent"
          value={numbers.sent.toLocaleString("en")}
          note={numbers.queued > 0 ? `${numbers.queued} queued` : undefined}
        />
        <Stat
          label="Delivered"
          value={numbers.delivered.toLocaleString("en")}
          note={percent(numbers.delivered, numbers.sent)}
        />
        <Stat
          label="Opened"
          value={numbers.opened.toLocaleString("en")}
          note={percent(numbers.opened, numbers.delivered)}
        />
        <Stat
          label="Clicked"
          value={numbers.clicked.toLocaleString("en")}
          note={percent(numbers.clicked, numbers.delivered)}
        />
        <Stat
          label="Replied"
          value={numbers.replied.toLocaleString("en")}
          note={percent(numbers.replied, numbers.delivered)}
        />
        <Stat
          label="Bounced"
          value={numbers.bounced.toLocaleString("en")}
          note={percent(numbers.bounced, numbers.sent)}
        />
        <Stat
          label="Unsubscribed"
          value={numbers.unsubscribed.toLocaleString("en")}
          note={percent(numbers.unsubscribed, numbers.delivered)}
        />
      </dl>
      <UnknownMessages live={live} campaignId={campaign.id} canLaunch={canLaunch} timeZone={timeZone} />
      <ArrivalsCard campaign={campaign} live={live} timeZone={timeZone} canLaunch={canLaunch} />
      <Section title="Steps" flush description="Where everybody stands, and what each email has done.">
        <StepProgress campaign={campaign} live={live} timeZone={timeZone} />
      </Section>
      <div className="grid gap-x-5 lg:grid-cols-[20rem_minmax(0,1fr)]">
        <Section title="Funnel">
          <CampaignFunnel numbers={numbers} />
        </Section>
        <Section title="Day by day" description={`Days in ${timeZone}.`}>
          <DailyChart days={daily} />
        </Section>
      </div>
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
        open={live.status !== "completed" && !campaign.archived}
        canLaunch={canLaunch}
        timeZone={timeZone}
        counts={live.enrollments}
      />
      <p className="mt-4 text-xs text-muted">
        Last event: <DateTime at={live.lastEventAt} timeZone={timeZone} empty="none yet" />
      </p>
    </>
  );
}

export const liveCount = ({ enrollments: { enrolled = 0, active = 0, paused = 0 } }: Live) =>
  (enrolled + active + paused).toLocaleString("en");
