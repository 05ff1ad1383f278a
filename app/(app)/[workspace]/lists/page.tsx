import type { Metadata } from "next";
import { Suspense } from "react";
import { CreateListDialog } from "#components/lists/create-list-dialog";
import { SegmentTable } from "#components/segments/segment-table";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Lists" };

type Props = { params: Promise<{ workspace: string }> };

export default function ListsPage({ params }: Props) {
  return (
    <Page
      title="Lists"
      description="People you chose, by hand or by import. A segment chooses by rules instead."
      action={
        <Suspense fallback={null}>
          <Create params={params} />
        </Suspense>
      }
    >
      <Suspense fallback={<TableSkeleton columns={3} />}>
        <Lists params={params} />
      </Suspense>
    </Page>
  );
}

async function Create({ params }: Props) {
  const { workspace } = await params;
  const { permissions } = await caller(workspace).workspaces.current();
  return permissions.includes("segments:write") ? <CreateListDialog workspace={workspace} /> : null;
}

async function Lists({ params }: Props) {
  const { workspace } = await params;
  const api = caller(workspace);
  const [rows, current] = await Promise.all([api.lists.list(), api.workspaces.current()]);
  return <SegmentTable kind="list" workspace={workspace} rows={rows} timeZone={current.workspace.timezone} />;
}
