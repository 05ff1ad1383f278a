import type { Metadata } from "next";
import { Suspense } from "react";
import { SegmentFrame } from "#components/segments/segment-frame";
import { SegmentMembers } from "#components/segments/segment-members";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";
import { memberListInput } from "#server/segments/schema";

export const metadata: Metadata = { title: "Members of a segment" };

type Props = {
  params: Promise<{ workspace: string; id: string }>;
  searchParams: Promise<Record<string, string | string[]>>;
};

export default function SegmentMembersPage(props: Props) {
  return (
    <Suspense
      fallback={
        <Page title="Segment">
          <TableSkeleton columns={4} />
        </Page>
      }
    >
      <Members {...props} />
    </Suspense>
  );
}

async function Members({ params, searchParams }: Props) {
  const { workspace, id } = await params;
  const api = caller(workspace);
  const after = memberListInput.shape.after.parse((await searchParams).after);
  const [segment, page, sizes, current] = await Promise.all([
    api.segments.byId({ id }),
    api.segments.members({ id, after }),
    api.segments.sizes({ id }),
    api.workspaces.current(),
  ]);
  return (
    <SegmentFrame
      workspace={workspace}
      segment={segment}
      permissions={current.permissions}
      timeZone={current.workspace.timezone}
    >
      <SegmentMembers
        workspace={workspace}
        segment={segment}
        page={page}
        sizes={sizes}
        after={after}
        timeZone={current.workspace.timezone}
      />
    </SegmentFrame>
  );
}
