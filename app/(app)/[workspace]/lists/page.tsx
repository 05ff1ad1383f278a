import type { Metadata } from "next";
import { Suspense } from "react";
import { CreateListDialog } from "#components/lists/create-list-dialog";
import { SegmentTable } from "#components/segments/segment-table";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";
import { segmentListInput } from "#server/segments/schema";

export const metadata: Metadata = { title: "Lists" };

type Props = {
  params: Promise<{ workspace: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export default function ListsPage({ params, searchParams }: Props) {
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
        <Lists params={params} searchParams={searchParams} />
      </Suspense>
    </Page>
  );
}

async function Create({ params }: Pick<Props, "params">) {
  const { workspace } = await params;
  const { permissions } = await caller(workspace).workspaces.current();
  return permissions.includes("segments:write") ? <CreateListDialog workspace={workspace} /> : null;
}

async function Lists({ params, searchParams }: Props) {
  const { workspace } = await params;
  const view = segmentListInput.parse(await searchParams);
  const api = caller(workspace);
  const [page, current] = await Promise.all([api.lists.list(view), api.workspaces.current()]);
  return (
    <SegmentTable
      kind="list"
      workspace={workspace}
      view={view}
      page={page}
      timeZone={current.workspace.timezone}
    />
  );
}
