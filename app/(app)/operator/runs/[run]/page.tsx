import type { Metadata } from "next";
import { Suspense } from "react";
import { RunView } from "#components/runs/run-view";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Run" };

type Props = { params: Promise<{ run: string }> };

export default function RunPage({ params }: Props) {
  return (
    <Suspense fallback={<Skeleton className="m-8 h-96" />}>
      <Run params={params} />
    </Suspense>
  );
}

async function Run({ params }: Props) {
  const { run } = await params;
  return <RunView initial={await caller(null).runs.byId({ id: run })} />;
}
