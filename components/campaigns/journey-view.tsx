"use client";
import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useTRPC } from "#components/trpc/client";
import { Callout } from "#components/ui/callout";
import { DateTime } from "#components/ui/date-time";
import { Page } from "#components/ui/page";
import { Section } from "#components/ui/section";
import { Skeleton } from "#components/ui/skeleton";
import { StatusBadge } from "#components/ui/status-badge";
import { TextLink } from "#components/ui/text-link";
import type { RouterOutputs } from "#server/router";
import { JourneyVisits } from "./journey-visits.tsx";
import { PersonMenu } from "./person-menu.tsx";
import type { Campaign } from "./use-campaign-edits.tsx";

const TrailCanvas = dynamic(() => import("./canvas/trail-canvas.tsx").then((loaded) => loaded.TrailCanvas), {
  ssr: false,
  loading: () => <Skeleton className="h-full w-full" />,
});

export type Journey = RouterOutputs["enrollments"]["journey"];
type Props = {
  workspace: string;
  campaign: Campaign;
  initial: Journey;
  canLaunch: boolean;
  timeZone: string;
};

/** One contact's way through a campaign: where it went, what it got, why it stands where it stands. */
export function JourneyView({ workspace, campaign, initial, canLaunch, timeZone }: Props) {
  const trpc = useTRPC();
  const running = campaign.status === "active";
  const ended = campaign.status === "completed" && !campaign.goesOn;
  const { data: journey, isError } = useQuery(
    trpc.enrollments.journey.queryOptions(
      { campaignId: campaign.id, enrollmentId: initial.id },
      { initialData: initial, refetchInterval: running ? 5_000 : false },
    ),
  );
  const name = journey.name ?? journey.email;
  const base = `/${workspace}/campaigns`;
  const trail = new Set(
    journey.visits.filter(({ pass }) => pass === journey.pass).map(({ stepId }) => stepId),
  );
  return (
    <Page
      title={name}
      breadcrumbs={[
        { label: "Campaigns", href: base },
        { label: campaign.name, href: `${base}/${campaign.id}` },
      ]}
      badge={<StatusBadge status={journey.status} />}
      description={
        <>
          {journey.name && `${journey.email} · `}
          <TextLink href={`/${workspace}/contacts/${journey.contactId}`}>The contact</TextLink>
        </>
      }
      action={
        canLaunch
        && !campaign.archived
        && (running || campaign.status === "paused" || ended) && (
          <PersonMenu
            campaignId={campaign.id}
            enrollmentId={journey.id}
            status={journey.status}
            name={name}
            ended={ended}
          />
        )
      }
    >
      {isError && (
        <Callout kind="warning" className="mb-5">
          This could not be brought up to date. What is shown is as of a while ago.
        </Callout>
      )}
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_minmax(0,28rem)]">
        <div className="min-w-0">
          <Standing journey={journey} campaign={campaign} timeZone={timeZone} />
          <Section title="Step by step" description="The latest first.">
            <JourneyVisits journey={journey} timeZone={timeZone} />
          </Section>
        </div>
        <div className="sticky top-4 h-[min(44rem,calc(100dvh-6rem))] min-w-0 max-lg:static max-lg:h-96">
          <TrailCanvas campaign={campaign} trail={trail} />
        </div>
      </div>
    </Page>
  );
}

function Standing({
  journey,
  campaign,
  timeZone,
}: {
  journey: Journey;
  campaign: Campaign;
  timeZone: string;
}) {
  const here = journey.visits.find((visit) => visit.leftAt === null);
  const paused = campaign.status === "paused" && journey.endedAt === null;
  return (
    <Section
      title={here ? `At step ${here.number ?? "that was deleted"}: ${here.title}` : "Where they stand"}
    >
      <dl className="grid grid-cols-[7rem_1fr] gap-x-3 gap-y-1.5">
        <dt className="text-muted">Why</dt>
        <dd>
          {journey.why ?? (here ? "It is their turn." : "No longer on the way.")}
          {paused && " The campaign is paused."}
        </dd>
        {here && (
          <>
            <dt className="text-muted">Until</dt>
            <dd>
              <DateTime at={journey.nextAt} timeZone={timeZone} empty="something happens" />
              {journey.waitUntil && (
                <span className="block text-xs text-muted">
                  At the latest <DateTime at={journey.waitUntil} timeZone={timeZone} />
                </span>
              )}
            </dd>
          </>
        )}
        <dt className="text-muted">Came in</dt>
        <dd>
          <DateTime at={journey.enrolledAt} timeZone={timeZone} />
          {journey.pass > 1 && `, for the ${ordinal(journey.pass)} time`}
        </dd>
        {journey.endedAt && (
          <>
            <dt className="text-muted">Ended</dt>
            <dd>
              <DateTime at={journey.endedAt} timeZone={timeZone} />
            </dd>
          </>
        )}
      </dl>
    </Section>
  );
}

const ordinal = (count: number) => {
  const rule = new Intl.PluralRules("en", { type: "ordinal" }).select(count);
  return `${count}${{ one: "st", two: "nd", few: "rd", other: "th", zero: "th", many: "th" }[rule]}`;
};
