import type { Metadata } from "next";
import { Suspense } from "react";
import { SegmentEditor } from "#components/segments/segment-editor";
import { SegmentFrame } from "#components/segments/segment-frame";
import { Page } from "#components/ui/page";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Segment" };

type Props = { params: Promise<{ workspace: string; id: string }> };

export default function SegmentPage({ params }: Props) {
  return (
    <Suspense
      fallback={
        <Page title="Segment">
          <Skeleton className="h-96" />
        </Page>
      }
    >
      <Segment params={params} />
    </Suspense>
  );
}

async function Segment({ params }: Props) {
  const { workspace, id } = await params;
  const api = caller(workspace);
  const [segment, vocabulary, { permissions, workspace: current }] = await Promise.all([
    api.segments.byId({ id }),
    api.segments.vocabulary(),
    api.workspaces.current(),
  ]);
  const others = vocabulary.choices.filter((choice) => choice.id !== id);
  return (
    <SegmentFrame
      workspace={workspace}
      segment={segment}
      permissions={permissions}
      timeZone={current.timezone}
    >
      <SegmentEditor
        key={id}
        workspace={workspace}
        vocabulary={{ ...vocabulary, choices: others }}
        segment={segment}
        editable={permissions.includes("segments:write")}
      />
    </SegmentFrame>
  );
}
