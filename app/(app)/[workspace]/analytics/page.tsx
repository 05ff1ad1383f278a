import { ChartLine } from "lucide-react";
import type { Metadata } from "next";
import { Suspense } from "react";
import { CampaignTotals, MailboxTotals } from "#components/analytics/overview-tables";
import { PeriodChoice } from "#components/analytics/period-choice";
import { TimelineChart } from "#components/analytics/timeline-chart";
import { TotalCards } from "#components/analytics/total-cards";
import { DateTime } from "#components/ui/date-time";
import { EmptyState } from "#components/ui/empty-state";
import { LinkButton } from "#components/ui/link-button";
import { Page } from "#components/ui/page";
import { Section } from "#components/ui/section";
import { Skeleton } from "#components/ui/skeleton";
import { overviewInput } from "#server/analytics/schema";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Analytics" };

type Props = {
  params: Promise<{ workspace: string }>;
  searchParams: Promise<Record<string, string | string[]>>;
};

export default function AnalyticsPage(props: Props) {
  return (
    <Page title="Analytics" description="What the campaigns of this workspace have done, day by day.">
      <Suspense fallback={<Skeleton className="h-96" />}>
        <Overview {...props} />
      </Suspense>
    </Page>
  );
}

async function Overview({ params, searchParams }: Props) {
  const { workspace } = await params;
  const view = overviewInput.parse(await searchParams);
  const api = caller(workspace);
  const [overview, current] = await Promise.all([api.analytics.overview(view), api.workspaces.current()]);
  const { from, to, totals, before } = overview;
  const { timezone } = current.workspace;
  const nothing = totals.sent + before.sent + totals.opened + totals.clicked === 0;
  return (
    <>
      <div className="mb-4 flex flex-wrap items-end justify-between gap-3">
        <PeriodChoice view={view} from={from} to={to} />
        <LinkButton
          href={`/${workspace}/analytics/numbers.csv?from=${from}&to=${to}`}
          prefetch={false}
          variant="ghost"
        >
          Download CSV
        </LinkButton>
      </div>
      {nothing ? (
        <EmptyState
          icon={ChartLine}
          title="Nothing was sent in this time"
          action={<LinkButton href={`/${workspace}/campaigns`}>Campaigns</LinkButton>}
        >
          Numbers appear here within ten minutes of the first email.
        </EmptyState>
      ) : (
        <>
          <TotalCards workspace={workspace} from={from} to={to} totals={totals} before={before} />
          <Section title="Over time" description={`By ${overview.unit}, in ${timezone}.`}>
            <TimelineChart
              buckets={overview.buckets}
              unit={overview.unit}
              caption="Numbers over time"
              source={{ workspace, from, to }}
            />
          </Section>
          <CampaignTotals workspace={workspace} period={{ from, to }} campaigns={overview.campaigns} />
          <MailboxTotals workspace={workspace} period={{ from, to }} mailboxes={overview.mailboxes} />
        </>
      )}
      <p className="mt-4 text-xs text-muted">
        Days begin at midnight in {timezone}. Counted every ten minutes, last{" "}
        <DateTime at={overview.countedAt} timeZone={timezone} empty="never" />.
      </p>
    </>
  );
}
