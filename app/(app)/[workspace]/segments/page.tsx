import { Plus } from "lucide-react";
import type { Metadata } from "next";
import { Suspense } from "react";
import { SegmentTable } from "#components/segments/segment-table";
import { LinkButton } from "#components/ui/link-button";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";
import { segmentListInput } from "#server/segments/schema";

export const metadata: Metadata = { title: "Segments" };

type Props = {
  params: Promise<{ workspace: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export default function SegmentsPage({ params, searchParams }: Props) {
  return (
    <Page
      title="Segments"
      description="Everybody whom rules fit at the moment. A list holds people you chose yourself instead."
      action={
        <Suspense fallback={null}>
          <New params={params} />
        </Suspense>
      }
    >
      <Suspense fallback={<TableSkeleton columns={3} />}>
        <Segments params={params} searchParams={searchParams} />
      </Suspense>
    </Page>
  );
}

async function New({ params }: Pick<Props, "params">) {
  const { workspace } = await params;
  const { permissions } = await caller(workspace).workspaces.current();
  if (!permissions.includes("segments:write")) return null;
  return (
    <LinkButton href={`/${workspace}/segments/new`} variant="primary">
      <Plus aria-hidden /> New segment
    </LinkButton>
  );
}

async function Segments({ params, searchParams }: Props) {
  const { workspace } = await params;
  const view = segmentListInput.parse(await searchParams);
  const api = caller(workspace);
  const [page, current] = await Promise.all([api.segments.list(view), api.workspaces.current()]);
  return (
    <SegmentTable
      kind="segment"
      workspace={workspace}
      view={view}
      page={page}
      timeZone={current.workspace.timezone}
    />
  );
}
