import type { Metadata } from "next";
import { Suspense } from "react";
import { ExportButton } from "#components/exports/export-button";
import { DeleteSegment } from "#components/segments/delete-segment";
import { SegmentEditor } from "#components/segments/segment-editor";
import { UsedBy } from "#components/segments/used-by";
import { LinkButton } from "#components/ui/link-button";
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
  const [segment, vocabulary, { permissions }] = await Promise.all([
    api.segments.byId({ id }),
    api.segments.vocabulary(),
    api.workspaces.current(),
  ]);
  const editable = permissions.includes("segments:write");
  const others = vocabulary.choices.filter((choice) => choice.id !== id);
  return (
    <Page
      title={segment.name}
      breadcrumbs={[{ label: "Segments", href: `/${workspace}/segments` }]}
      description={segment.description}
      action={
        <>
          {editable && <DeleteSegment workspace={workspace} kind="segment" id={id} name={segment.name} />}
          {permissions.includes("contacts:export") && <ExportButton workspace={workspace} segmentId={id} />}
          <LinkButton href={`/${workspace}/contacts?list=${id}`}>Show contacts</LinkButton>
        </>
      }
    >
      <UsedBy workspace={workspace} uses={segment.uses} />
      <SegmentEditor
        key={id}
        workspace={workspace}
        vocabulary={{ ...vocabulary, choices: others }}
        segment={segment}
        editable={editable}
      />
    </Page>
  );
}
