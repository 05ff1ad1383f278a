import type { Metadata } from "next";
import { Suspense } from "react";
import { SegmentEditor } from "#components/segments/segment-editor";
import { Page } from "#components/ui/page";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "New segment" };

type Props = { params: Promise<{ workspace: string }> };

export default function NewSegmentPage({ params }: Props) {
  return (
    <Page title="New segment" breadcrumbs={[{ label: "Segments", href: "segments" }]}>
      <Suspense fallback={<Skeleton className="h-96" />}>
        <NewSegment params={params} />
      </Suspense>
    </Page>
  );
}

async function NewSegment({ params }: Props) {
  const { workspace } = await params;
  return <SegmentEditor workspace={workspace} vocabulary={await caller(workspace).segments.vocabulary()} />;
}
