import type { Metadata } from "next";
import { Suspense } from "react";
import { HappeningFilter } from "#components/analytics/happening-filter";
import { HappeningTable } from "#components/analytics/happening-table";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { happeningsInput } from "#server/analytics/schema";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Messages of a period" };

type Props = {
  params: Promise<{ workspace: string }>;
  searchParams: Promise<Record<string, string | string[]>>;
};

export default function HappeningsPage(props: Props) {
  return (
    <Suspense
      fallback={
        <Page title="Messages">
          <TableSkeleton columns={5} />
        </Page>
      }
    >
      <Happenings {...props} />
    </Suspense>
  );
}

async function Happenings({ params, searchParams }: Props) {
  const [{ workspace }, query] = await Promise.all([params, searchParams]);
  const view = happeningsInput.parse(query);
  const api = caller(workspace);
  const [page, current] = await Promise.all([api.analytics.happenings(view), api.workspaces.current()]);
  const period = { from: page.from, to: page.to };
  const overview = await api.analytics.overview({ days: 30, ...period });
  const { timezone } = current.workspace;
  return (
    <Page
      title="Messages"
      breadcrumbs={[
        { label: "Analytics", href: `/${workspace}/analytics?from=${period.from}&to=${period.to}` },
      ]}
      description={`What a number of the page Analytics counts, the newest first. Days are those of ${timezone}; the numbers there are counted every ten minutes, this list now.`}
    >
      <HappeningFilter
        view={view}
        period={period}
        campaigns={overview.campaigns}
        mailboxes={overview.mailboxes.map(({ id, email }) => ({ id, name: email }))}
      />
      <HappeningTable workspace={workspace} view={view} page={page} timeZone={timezone} />
    </Page>
  );
}
