import { Plus } from "lucide-react";
import type { Metadata } from "next";
import { Suspense } from "react";
import { SegmentTable } from "#components/segments/segment-table";
import { LinkButton } from "#components/ui/link-button";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Segments" };

type Props = { params: Promise<{ workspace: string }> };

export default function SegmentsPage({ params }: Props) {
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
        <Segments params={params} />
      </Suspense>
    </Page>
  );
}

async function New({ params }: Props) {
  const { workspace } = await params;
  const { permissions } = await caller(workspace).workspaces.current();
  if (!permissions.includes("segments:write")) return null;
  return (
    <LinkButton href={`/${workspace}/segments/new`} variant="primary">
      <Plus aria-hidden /> New segment
    </LinkButton>
  );
}

async function Segments({ params }: Props) {
  const { workspace } = await params;
  const api = caller(workspace);
  const [rows, current] = await Promise.all([api.segments.list(), api.workspaces.current()]);
  return (
    <SegmentTable kind="segment" workspace={workspace} rows={rows} timeZone={current.workspace.timezone} />
  );
}
