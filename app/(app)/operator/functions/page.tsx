import type { Metadata } from "next";
import { Suspense } from "react";
import { FunctionsView } from "#components/runs/functions-view";
import { OperatorTabs } from "#components/runs/operator-tabs";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Functions and queues" };

export default function FunctionsPage() {
  return (
    <Page
      title="Functions and queues"
      description="What is registered, how much is waiting, and who works on it. Times are UTC."
      tabs={<OperatorTabs />}
    >
      <Suspense fallback={<TableSkeleton columns={5} />}>
        <Functions />
      </Suspense>
    </Page>
  );
}

async function Functions() {
  return <FunctionsView initial={await caller(null).runs.overview()} />;
}
