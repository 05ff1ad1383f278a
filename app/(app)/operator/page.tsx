import type { Metadata } from "next";
import { Suspense } from "react";
import { OperatorTabs } from "#components/runs/operator-tabs";
import { RunBrowser } from "#components/runs/run-browser";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";
import { runListInput } from "#server/runs/schema";

export const metadata: Metadata = { title: "Runs" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default function RunsPage({ searchParams }: Props) {
  return (
    <Page
      title="Runs"
      description="Every run of every durable function on this installation. Times are UTC."
      tabs={<OperatorTabs />}
    >
      <Suspense fallback={<TableSkeleton columns={5} />}>
        <Runs searchParams={searchParams} />
      </Suspense>
    </Page>
  );
}

async function Runs({ searchParams }: Props) {
  const view = runListInput.parse(await searchParams);
  const api = caller(null);
  const [first, overview] = await Promise.all([api.runs.list(view), api.runs.overview()]);
  return <RunBrowser view={view} first={first} overview={overview} />;
}
